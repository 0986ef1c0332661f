// What stands in the place of the curves: one pane at a time, chosen by tabs.

import { element } from "../../../player/js/dom.js";

const TURNS = { ArrowRight: 1, ArrowLeft: -1 };

export class Tabs {
  // `panes` have a `name`, a `title` and a `node`; `changed` is called with the pane that is chosen.
  constructor(panes, changed, ...more) {
    Object.assign(this, { panes, changed, shown: panes[0] });
    this.tabs = panes.map((pane) =>
      element("button", {
        type: "button", role: "tab", class: "ml-tab", "data-tab": pane.name,
        onclick: () => this.show(pane), onkeydown: (event) => this.press(event),
      }, pane.title),
    );
    const list = element("div", { class: "ml-tablist", role: "tablist", "aria-label": "What is shown" }, ...this.tabs);
    this.bar = element("div", { class: "ml-tabs" }, list, ...more);
    for (const { node, title } of panes) {
      node.setAttribute("role", "tabpanel");
      node.setAttribute("aria-label", title);
    }
    this.node = element("div", { class: "ml-stage" }, this.bar, ...panes.map(({ node }) => node));
    this.mark();
  }

  show(pane) {
    this.shown = pane;
    this.mark();
    this.changed(pane);
  }

  mark() {
    this.panes.forEach((pane, i) => {
      const on = pane === this.shown;
      pane.node.hidden = !on;
      this.tabs[i].setAttribute("aria-selected", String(on));
      this.tabs[i].tabIndex = on ? 0 : -1;
    });
  }

  press(event) {
    const by = TURNS[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.turn(by);
    this.tabs[this.panes.indexOf(this.shown)].focus();
  }

  // Show the pane that is so many further.
  turn(by) {
    const { length } = this.panes;
    this.show(this.panes[(this.panes.indexOf(this.shown) + by + length) % length]);
  }
}

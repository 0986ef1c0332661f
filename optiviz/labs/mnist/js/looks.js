// The panes beside the curves: each asks Python about the chosen run when it is seen, and only then.

import { element } from "../../../player/js/dom.js";
import { lookOf } from "../../../player/js/ui.js";
import { Confusion } from "./confusion.js";
import { Enlarged } from "./digits.js";
import { Formula } from "./formula.js";
import { Layers } from "./layers.js";
import { Surface } from "./surface.js";
import { Tabs } from "./tabs.js";

const PAUSE = 700; // milliseconds between two questions about a run that is being trained

export class Looks {
  // The lab has a `root`, `send`, `charts`, its `visible` runs, the `shown` one, and their `names`.
  constructor(lab, signal) {
    const look = () => lookOf(lab.root);
    const send = (type, about) => lab.send(type, about);
    const nameOf = (run) => lab.names.get(run) ?? "";
    Object.assign(this, { lab, asked: null, pending: false });
    this.enlarged = new Enlarged();
    this.confusion = new Confusion(send, look, this.enlarged);
    this.surface = new Surface(send, look, () => this.runs, nameOf, signal);
    const curves = { name: "curves", title: "Curves", node: lab.charts.node };
    this.panes = [curves, new Layers(look, signal), this.confusion, this.surface, new Formula()];
    this.along = this.switch();
    this.tabs = new Tabs(this.panes, () => this.turn(), this.along);
    this.node = this.tabs.node;
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  // The curves over epochs, or over the seconds that training took.
  switch() {
    const button = element("button", {
      type: "button", class: "lab-outlined", "aria-pressed": "false", title: "Curves over the seconds of training",
      "data-do": "seconds",
      onclick: () => {
        const on = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(on));
        this.lab.over(on);
      },
    }, "over seconds");
    return button;
  }

  // The runs that are drawn, the chosen one first.
  get runs() {
    const { visible, shown } = this.lab;
    return [...visible].sort((a, b) => (b.run === shown?.run) - (a.run === shown?.run));
  }

  get pane() {
    return this.tabs.shown;
  }

  // One of the panes by its name; "seconds" are curves, too.
  show(name) {
    const seconds = this.along.getAttribute("aria-pressed") === "true";
    if (["curves", "seconds"].includes(name) && seconds !== (name === "seconds")) this.along.click();
    this.tabs.show(this.panes.find((pane) => pane.name === name) ?? this.panes[0]);
  }

  turn() {
    this.along.hidden = this.pane.name !== "curves";
    Object.assign(this, { asked: null, pending: false });
    this.lab.charts.ask();
    this.fit();
  }

  // Other colours, or other runs.
  fit() {
    this.pane.draw?.();
    this.refresh();
  }

  // Ask about the chosen run, if what is known of it is old.
  refresh() {
    const { pane, lab } = this;
    if (lab.presenting?.on) pane.present?.();
    if (!pane.kind || this.pending) return;
    const { shown } = lab;
    const wish = pane.wish(shown);
    if (wish === this.asked) return;
    this.asked = wish;
    if (wish === null) return pane.clear(shown && "The weights of this run are not here: train it again.");
    this.pending = true;
    lab.send(pane.kind, shown.run);
  }

  // An answer; false if it is for somebody else.
  hear(message, buffers) {
    const { type, run } = message;
    if (type === "surface") return this.surface.take(message, buffers);
    if (type === "cell") return this.confusion.takeCell(message, buffers);
    if (type !== this.pane.kind) return null;
    this.pane.take(message, this.lab.names.get(run) ?? "");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.pending = false;
      this.refresh();
    }, PAUSE);
    return null;
  }
}

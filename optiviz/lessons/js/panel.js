// The panel of the lessons: the list of all, or one; and the button that opens it.

import { iconButton, textButton } from "../../player/js/ui.js";
import { element } from "../../player/js/dom.js";
import { done } from "./progress.js";

export class Panel {
  // The `desk` has what the button, the cross and the rows call: `list`, `open` and `close`.
  constructor(lessons, desk) {
    Object.assign(this, { lessons, desk });
    const toggle = () => (this.shut ? desk.list() : desk.close());
    const what = { class: "lab-outlined sl-open", "aria-expanded": "false", hidden: !lessons.length };
    this.button = textButton("Lessons", toggle, what);
    this.node = element("section", { class: "sl-lessons", "aria-label": "Lessons", hidden: true });
  }

  get shut() {
    return this.node.hidden;
  }

  show(title, before, ...parts) {
    const heading = element("h2", { tabindex: -1 }, title);
    const close = iconButton("✕", "close the lessons", () => this.desk.close(), { title: "Close" });
    const [first, ...rest] = [...before, heading];
    const head = element("div", { class: "lab-group-head" }, first, element("span", { class: "lab-space" }), close);
    this.node.hidden = false;
    this.node.replaceChildren(head, ...rest, ...parts);
    this.button.setAttribute("aria-expanded", "true");
    this.focus();
    this.node.scrollIntoView({ block: "nearest" });
  }

  focus() {
    this.node.querySelector("h2").focus();
  }

  hide() {
    this.node.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  showList(first) {
    const known = done();
    const rows = this.lessons.map(({ name, title }) => {
      const mark = element("span", { class: "sl-mark" }, known.has(name) ? "✓" : "");
      const spoken = known.has(name) ? element("span", { class: "lab-spoken" }, "done") : "";
      return element("li", {}, mark, textButton(title, () => this.desk.open(name), { "data-lesson": name }), spoken);
    });
    const count = this.lessons.filter(({ name }) => known.has(name)).length;
    const words = count ? `${count} of ${this.lessons.length} done.` : "Guess first, then see. Two minutes each.";
    this.show("Lessons", [], element("p", { class: "lab-muted" }, first, words), element("ol", {}, ...rows));
  }

  showLesson(lesson, ...parts) {
    const back = textButton("‹ all", () => this.desk.list(), { "aria-label": "all lessons" });
    const title = `${this.lessons.indexOf(lesson) + 1} · ${lesson.title}`;
    this.show(title, [back], element("p", {}, lesson.look), ...parts);
  }
}

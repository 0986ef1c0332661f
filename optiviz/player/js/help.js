// The help: keys, what a pointer does, and what the marks, the arrows and the verdicts mean.

import { element } from "./dom.js";
import { TABLE } from "./keys.js";

const HANDS = [
  ["point", "at a path, a curve or an arrow: the same moment is lit everywhere, in numbers"],
  ["click, tap or drag", "set the start, where one may be chosen"],
  ["wheel, pinch", "larger or smaller"],
  ["Shift and drag, two fingers", "move the picture"],
  ["double click", "the whole picture"],
];
const MARKS = [
  ["★ in a ring", "the minimum; a small one is not the lowest"],
  ["✕ in black", "a saddle: flat, and no minimum"],
  ["✕ at a path's end", "it ended there, before its time"],
  ["○ at a path's beginning", "the start"],
  ["dotted paths", "the setting before the last change"],
  ["arrow in the path's colour", "velocity v: the step that was just taken"],
  ["β·v", "what is carried on of that velocity into the coming step"],
  ["−η·gradient", "the push downhill of the coming step; with β·v it makes the whole step"],
  ["×5 beside an arrow's name", "arrows are drawn so many times as long"],
  ["marks on the timeline", "something happens: a run overshoots, is fastest, arrives or ends"],
];

const list = (rows) =>
  element("dl", {}, ...rows.flatMap(([term, words]) => [element("dt", {}, term), element("dd", {}, words)]));

export class Help {
  constructor(player) {
    this.player = player;
    this.more = []; // sections of the page around it: a title and rows
    this.node = element("dialog", { class: "ov-help", "aria-label": "Help" });
  }

  get sections() {
    const keys = TABLE.map(({ name, does }) => [name, does]);
    return [
      ["Keys", keys],
      ["Pointer and fingers", HANDS],
      ...this.more,
      ["Marks and arrows", MARKS],
      ["What became of a run", this.player.ground.glossary],
    ];
  }

  // Closed, it gives the focus back to what had it.
  open() {
    const close = element("button", { type: "button", class: "ov-chip", onclick: () => this.node.close() }, "Close");
    const head = element("div", { class: "ov-help-head" }, element("h2", {}, "Help"), close);
    const sections = this.sections.map(([title, rows]) => element("section", {}, element("h3", {}, title), list(rows)));
    this.node.replaceChildren(head, element("div", { class: "ov-help-columns", tabindex: 0 }, ...sections));
    this.player.pause();
    this.node.showModal();
  }
}

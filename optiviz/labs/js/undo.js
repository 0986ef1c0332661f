// The two buttons and the keys of undo and redo; what is undone, whoever has them knows.

import { element } from "../../player/js/dom.js";
import { iconButton } from "../../player/js/ui.js";

export class Undo {
  // `go` is called with −1 for back and 1 for forth.
  constructor(go, signal) {
    this.go = go;
    this.back = iconButton("↶", "Undo", () => go(-1), { title: "Undo (Ctrl-Z)" });
    this.forth = iconButton("↷", "Redo", () => go(1), { title: "Redo (Ctrl-Y)" });
    this.node = element("span", { class: "lab-past" }, this.back, this.forth);
    document.addEventListener("keydown", (event) => this.press(event), { signal });
  }

  press(event) {
    const typing = event.target.closest?.("input:not([type=range]):not([type=checkbox]), textarea");
    if (typing || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.go(key === "y" || event.shiftKey ? 1 : -1);
  }

  // `at` changes lie behind, of `last` that there are.
  show(at, last) {
    this.back.disabled = at === 0;
    this.forth.disabled = at === last;
  }
}

// Changes that can be taken back where the browser's own history does not hold them.
export class Steps {
  constructor(signal) {
    Object.assign(this, { steps: [], at: 0, buttons: new Undo((n) => this.go(n), signal) });
    this.buttons.show(0, 0);
  }

  // A change has been made, which `undo` takes back and `redo` makes again.
  add(undo, redo) {
    this.steps.splice(this.at, Infinity, [undo, redo]);
    this.at = this.steps.length;
    this.buttons.show(this.at, this.at);
  }

  go(n) {
    const [undo, redo] = this.steps[n < 0 ? this.at - 1 : this.at] ?? [];
    if (!undo) return;
    this.at += n;
    this.buttons.show(this.at, this.steps.length);
    (n < 0 ? undo : redo)();
  }
}

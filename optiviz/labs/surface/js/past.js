// What was set before: undo and redo, which are the browser's own back and forward.

import { element } from "../../../player/js/dom.js";
import { iconButton } from "../../js/ui.js";

const STEP = /&t=\d+$/; // which stays as it is

export class Past {
  // `restore` is called with the query of a state to go back or forward to.
  constructor(restore, signal) {
    this.restore = restore;
    this.at = 0; // how many changes lie behind
    this.last = 0; // and how many there are
    this.back = iconButton("↶", "Undo", () => this.go(-1), { title: "Undo (Ctrl-Z)" });
    this.forth = iconButton("↷", "Redo", () => this.go(1), { title: "Redo (Ctrl-Y)" });
    this.node = element("span", { class: "sl-past" }, this.back, this.forth);
    window.addEventListener("popstate", (event) => this.took(event.state), { signal });
    document.addEventListener("keydown", (event) => this.press(event), { signal });
    this.write();
  }

  // Keep a state, by its query, as the latest change; the first one is where everything begins.
  // The step is kept with it, and is no change.
  keep(query, step = "") {
    const same = this.query === undefined || this.moving || query === this.query;
    this.moving = false;
    if (query + step === this.kept) return;
    if (!same) this.last = ++this.at;
    history[same ? "replaceState" : "pushState"]({ optiviz: this.at }, "", `?${query}${step}`);
    Object.assign(this, { query, kept: query + step });
    this.write();
  }

  go(n) {
    if (this.at + n >= 0 && this.at + n <= this.last) history.go(n);
  }

  took(state) {
    if (typeof state?.optiviz !== "number") return;
    const query = location.search.slice(1).replace(STEP, "");
    Object.assign(this, { at: state.optiviz, moving: true, query, kept: null });
    this.write();
    this.restore(`?${query}`);
  }

  press(event) {
    const typing = event.target.closest?.("input:not([type=range]), textarea");
    if (typing || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.go(key === "y" || event.shiftKey ? 1 : -1);
  }

  write() {
    this.back.disabled = this.at === 0;
    this.forth.disabled = this.at === this.last;
  }
}

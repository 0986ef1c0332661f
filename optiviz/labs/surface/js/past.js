// What was set before: undo and redo, which are the browser's own back and forward.

import { Undo } from "../../js/undo.js";

const STEP = /&t=\d+$/; // which stays as it is

export class Past {
  // `restore` is called with the query of a state to go back or forward to.
  constructor(restore, signal) {
    this.restore = restore;
    this.at = 0; // how many changes lie behind
    this.last = 0; // and how many there are
    this.buttons = new Undo((n) => this.go(n), signal);
    this.node = this.buttons.node;
    window.addEventListener("popstate", (event) => this.took(event.state), { signal });
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

  write() {
    this.buttons.show(this.at, this.last);
  }
}

// What one did is kept: in the browser, while the page is open and after it; and as a file.
//
// A run is kept as its settings (the words of a link), its evaluations, its verdict and the sum of
// its weights. Python reads what is opened again, and believes none of it.

import { sessionButtons } from "../../js/sessions.js";
import { atEnd, ownPage, settled } from "../../../player/js/ui.js";

const HERE = "optiviz-mnist"; // in this tab's storage, and in the browser's as the last visit
const MOST = 4_000_000; // bytes of a file that are looked at
const NAME = "optiviz-mnist-session.json";

const WHAT = "the settings and the runs: their curves, not their weights";
const WAIT = 500; // milliseconds without news, after which the browser's copy is written

const record = ({ link, step, verdict, fate, sum }, rows) => ({ link, step, verdict, fate, sum, rows });

// All runs that have begun, the oldest first, as they would be opened again.
export function session(head, link, pins, runs, pointsOf) {
  const begun = runs.filter(({ run }) => pointsOf(run).length);
  return { ...head, link, pins, runs: begun.map((run) => record(run, pointsOf(run.run))).reverse() };
}

// A text as a session; nothing, where it is none: what stands in it, Python looks at.
export function parsed(text) {
  try {
    const { runs, pins, ...head } = JSON.parse(text);
    return { head, pins, runs: Array.isArray(runs) ? runs : [] };
  } catch {
    return { head: {}, runs: [] };
  }
}

export class Shelf {
  // What is kept of this tab, and of the browser's last visit.
  constructor(tab, browser) {
    Object.assign(this, { tab, browser });
  }

  read(storage) {
    try {
      return storage().getItem(HERE) ?? "";
    } catch {
      return ""; // no storage
    }
  }

  get here() {
    return this.read(this.tab);
  }

  get before() {
    return this.read(this.browser);
  }

  // A visit without runs leaves the last one's in the browser.
  write(held) {
    const text = JSON.stringify(held);
    for (const storage of held.runs.length ? [this.tab, this.browser] : [this.tab]) {
      try {
        storage().setItem(HERE, text);
      } catch {
        // No storage, or no room: what is kept in the kernel is there.
      }
    }
  }
}

// What of a lab is kept. It has `head`, how a session begins, `model`, `runs`, `pointsOf`, `table`,
// and `say`; `awaitAnswer` gives the number of one that the controls are to show.
export class Kept {
  constructor(lab, signal) {
    this.lab = lab;
    this.shelf = ownPage() ? new Shelf(() => sessionStorage, () => localStorage) : null;
    this.later = settled(() => this.write(), WAIT, signal);
    window.addEventListener("pagehide", () => this.write(), { signal });
    atEnd(signal, () => delete document.body.dataset.kept);
    const [save, open] = [() => this.held(), (text) => this.open(text, "The session is opened.")];
    this.node = sessionButtons({ name: NAME, what: WHAT, most: MOST, save, open });
  }

  // A page whose kernel has no runs opens those that its tab had, or offers those of the last visit.
  begin() {
    if (!this.shelf) return;
    this.lab.pins.adopt(parsed(this.shelf.here).pins);
    if (this.lab.model.get("runs").length) return;
    const [here, before] = [this.shelf.here, this.shelf.before];
    if (here) this.open(here);
    else if (parsed(before).runs.length) this.lab.table.offer(parsed(before).runs.length, () => this.open(before));
  }

  // The server learns by the page whether there is something to keep, and to ask about.
  take(runs) {
    const lost = runs.some(({ weights, phase }) => weights || phase === "training");
    if (ownPage()) document.body.dataset.kept = lost ? "ask" : runs.length ? "keep" : "";
    this.begun ||= runs.length > 0;
    this.later();
  }

  held() {
    const { head, model, pins, runs } = this.lab;
    return session(head, model.get("plan").query, pins.links, runs, (run) => this.lab.pointsOf(run));
  }

  write() {
    if (this.begun) this.shelf?.write(this.held());
  }

  // Open a session: its settings, and its runs one by one. Python reads all of it.
  open(text, words = "") {
    const { head, pins, runs } = parsed(text);
    this.lab.pins.adopt(pins);
    this.lab.model.send({ type: "open", about: { ...head, serial: this.lab.awaitAnswer() } });
    for (const about of runs) this.lab.model.send({ type: "reopen", about });
    this.lab.say(runs.length ? words : "");
  }
}

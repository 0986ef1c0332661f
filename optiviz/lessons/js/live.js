// The lessons of a lab that trains: the runs that answer are made when somebody has committed to an
// answer, and for a lesson that shows something first, some are made when it is opened.

import { Choose } from "./choose.js";
import { Panel } from "./panel.js";
import { onwardButtons, Posing } from "./posing.js";

const WAITS = "Now it is tried …";

// Whoever extends it shows what a lesson begins with (`begin`), has its runs made (`make`) and calls `done`
// when they are all there, or `refuse`; shows what may be seen now, whenever that may have changed (`fit`);
// and follows a link (`follow`). The `lab` has a `root`.
export class Live extends Posing {
  constructor(lab, all) {
    super(lab);
    this.all = all;
    this.panel = new Panel(all, this);
  }

  // What the address says instead of the controls.
  get query() {
    return this.phase && `lesson=${this.lesson.name}`;
  }

  list(first = "") {
    if (this.lesson) this.leave();
    this.panel.showList(first);
  }

  open(name) {
    const lesson = this.all.find((one) => one.name === name);
    if (!lesson) return this.list(`There is no lesson “${name.slice(0, 40)}” here. `);
    return this.pose(lesson);
  }

  // The lesson before or after the one that is open.
  turn(by) {
    const next = this.all[this.all.indexOf(this.lesson) + by];
    if (next) this.open(next.name);
  }

  show(lesson, ...parts) {
    this.panel.showLesson(lesson, ...parts);
  }

  cover() {
    this.lab.root.classList.toggle("sl-asking", this.phase === "asking");
    this.lab.root.classList.toggle("sl-held", this.asks);
    this.fit();
  }

  wayOf(lesson) {
    return new Choose(lesson, this.lab);
  }

  // Whether an answer can be given already.
  ready(is) {
    this.sure.disabled = !is;
  }

  answer() {
    this.sure.hidden = true;
    this.said.textContent = WAITS;
    this.make();
    this.cover();
  }

  done() {
    if (this.phase === "waiting") this.tell();
  }

  // Python cannot have the runs made: the answer may be given again.
  refuse(words) {
    if (this.phase !== "waiting") return;
    this.phase = "asking";
    this.way.commit(false);
    this.sure.hidden = false;
    this.said.textContent = words;
    this.cover();
  }

  further() {
    const { lesson, all } = this;
    const follow = (link) => {
      this.close();
      this.follow(link);
    };
    return onwardButtons(lesson, all, { follow, open: (name) => this.open(name), list: () => this.list() });
  }

  leave() {
    this.way.end();
    this.lesson = null;
    this.drop();
  }

  close() {
    if (this.lesson) this.leave();
    this.panel.hide();
  }
}

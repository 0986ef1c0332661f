// The lessons in the lab: their panel, their place in the address, and what may be changed meanwhile.

import { Asking } from "../../../lessons/js/asking.js";
import { Panel } from "../../../lessons/js/panel.js";
import { onwardButtons } from "../../../lessons/js/posing.js";
import { press } from "../../../lessons/js/press.js";
import { element } from "../../../player/js/dom.js";

export class Lessons extends Asking {
  constructor(lab, signal) {
    super(lab);
    this.all = lab.offers.lessons;
    this.panel = new Panel(this.all, this);
    this.veil = element("p", { class: "sl-veil" }, "The curves come with the answer.");
    document.addEventListener("keydown", (event) => press(this, event), { signal, capture: true });
  }

  // What the address says instead of the state.
  get query() {
    return this.phase && `lesson=${this.lesson.name}`;
  }

  // ---- what is seen

  list(first = "") {
    if (this.phase) this.leave();
    this.panel.showList(first);
  }

  open(name) {
    const lesson = this.all.find((one) => one.name === name);
    if (!lesson) return this.list(`There is no lesson “${name.slice(0, 40)}” here. `);
    this.lab.looking = null;
    if (lesson.way === "draw" && this.lab.tabs) this.lab.showSide("curves");
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

  focus() {
    this.panel.focus();
  }

  // Hide what would tell, and of the controls leave those free that the answer is set with.
  cover() {
    const { columns, controls } = this.lab;
    columns.classList.toggle("sl-asking", this.asks);
    columns.classList.toggle("sl-held", this.held);
    columns.classList.toggle("sl-drawing", this.draws);
    controls.restrict(this.held ? this.way.free : null);
  }

  // ---- from the answer onwards

  // Python says whether what is set meets the condition.
  askJudge() {
    this.lab.model.send({ type: "judge", about: this.lesson.name });
  }

  further() {
    const { lesson, all } = this;
    const follow = (link) => this.follow(link);
    return onwardButtons(lesson, all, { follow, open: (name) => this.open(name), list: () => this.list() });
  }

  // ---- what else a person may do meanwhile

  // Whether a start is not to be changed; where it is asked for a place, that is the answer.
  holds(start) {
    if (this.phase === "asking") this.way.aim?.(start);
    return this.held;
  }

  // Leave the lesson for the lab, whose run is then as long as the lesson's.
  leave() {
    const { asks, lesson, way } = this;
    this.drop();
    way.end();
    this.cover();
    if (asks) this.lab.ask({ query: lesson.after });
    this.lab.player.redraw();
  }

  close() {
    if (this.phase) this.leave();
    this.panel.hide();
    this.lab.linkLater();
  }
}

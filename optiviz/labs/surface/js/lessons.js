// The lessons: a person commits to an answer before the run is there, then sees both.
//
// Before the answer the page has no later steps than those that are shown, so nothing can tell them.

import { element } from "../../../player/js/dom.js";
import { SPEEDS } from "../../../player/js/timeline.js";
import { textButton } from "../../js/ui.js";
import { press } from "./keys.js";
import { Panel } from "./panel.js";
import { finish } from "./progress.js";
import { WAYS } from "./ways.js";

const LONGEST = 125; // steps at speed 1 that a run is played for, at most: five seconds

// The slowest speed at which so many steps are played in time.
export const speedFor = (steps) => SPEEDS.find((speed) => steps / speed <= LONGEST) ?? SPEEDS.at(-1);

export class Lessons {
  // The phases of a lesson: "asking", "waiting" for Python, "shown", and "told" why.
  constructor(lab, signal) {
    Object.assign(this, { lab, all: lab.offers.lessons, phase: null, lesson: null, way: null });
    this.panel = new Panel(this.all, {
      toggle: () => (this.panel.shut ? this.list() : this.close()),
      close: () => this.close(),
      list: () => this.list(),
      open: (name) => this.open(name),
    });
    this.veil = element("p", { class: "sl-veil" }, "The curves come with the answer.");
    document.addEventListener("keydown", (event) => press(this, event), { signal, capture: true });
  }

  // Whether the answer is not to be seen yet.
  get asks() {
    return this.phase === "asking" || this.phase === "waiting";
  }

  // Whether nothing may be changed but the answer.
  get held() {
    return this.asks || this.phase === "shown";
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
    Object.assign(this, { lesson, phase: "asking", ghost: null });
    this.way?.end();
    this.way?.drop();
    this.way = new WAYS[lesson.way](lesson, this.lab);
    this.sure = element("button", { class: "lab-primary" }, "That is my answer");
    const onsubmit = (event) => {
      event.preventDefault();
      this.commit();
    };
    this.form = element("form", { onsubmit }, this.way.node, this.sure);
    this.said = element("div", { class: "sl-said", role: "status", tabindex: -1 });
    this.after = element("div", { class: "sl-after" });
    this.panel.showLesson(lesson, this.form, this.said, this.after);
    this.lab.looking = null;
    this.lab.ask({ query: lesson.before });
    return this.cover();
  }

  // Hide what would tell, and of the controls leave those free that the answer is set with.
  cover() {
    const { columns, controls } = this.lab;
    columns.classList.toggle("sl-asking", this.asks);
    columns.classList.toggle("sl-held", this.held);
    columns.classList.toggle("sl-drawing", Boolean(this.phase) && this.lesson.way === "draw");
    controls.restrict(this.held ? this.way.free : null);
  }

  // ---- from the question to the answer

  commit() {
    if (this.phase !== "asking") return;
    this.said.textContent = this.way.given === null ? this.way.missing : "";
    if (this.way.given === null) return;
    this.phase = "waiting";
    this.way.commit();
    this.wishes = this.way.wishes;
    this.lab.ask(this.wishes.shift());
    if (this.lesson.way === "find") this.lab.model.send({ type: "judge", about: this.lesson.name });
  }

  // Python has answered the last wish.
  settled() {
    const { player } = this.lab;
    if (this.phase === "asking") {
      this.keep([]);
      player.goTo(this.lesson.shown);
      this.way.begin();
      if (document.activeElement === document.body) this.panel.focus(); // a page that was just opened
    } else if (this.phase === "waiting" && this.wishes.length) {
      this.ghost = player.runs;
      this.lab.ask(this.wishes.shift());
    } else if (this.phase === "waiting") this.reveal();
    else this.drop(); // another run: the guess was about the last one
    this.cover();
  }

  keep(runs) {
    this.lab.player.earlier = runs;
    this.lab.player.transport.fit();
    this.lab.player.redraw();
  }

  reveal() {
    const { player } = this.lab;
    this.phase = "shown";
    this.keep(this.ghost ?? []);
    player.setSpeed(speedFor(player.steps));
    player.goTo(player.calm ? player.steps : 0);
    if (!player.calm) player.play();
  }

  // Every drawing of the plane comes by here; when the run stands still, it is told why.
  draw(plane, context) {
    if (this.phase) this.way.draw(plane, context, !this.asks);
    if (this.phase === "shown" && !plane.player.playing) this.tell();
  }

  // Whether what was found meets the condition, as Python says.
  judge(met) {
    if (this.way) this.way.met = met;
    this.lab.player.redraw();
  }

  tell() {
    const { way, lesson } = this;
    const told = way.told;
    if (!told) return; // Python has not judged it yet
    this.phase = "told";
    this.cover();
    way.mark();
    way.end();
    const again = lesson.way === "find" && !told.right;
    const why = again ? [] : [element("p", {}, lesson.why)];
    this.said.replaceChildren(element("p", {}, element("b", {}, told.words)), ...why);
    if (!again) finish(lesson.name);
    this.after.replaceChildren(...(again ? this.againButtons() : this.onwards()));
    if ([this.sure, way.canvas].includes(document.activeElement)) this.said.focus(); // what has it is about to go
    this.sure.hidden = true;
    this.after.scrollIntoView({ block: "nearest" });
  }

  againButtons() {
    const retry = () => {
      this.phase = "asking";
      this.sure.hidden = false;
      this.way.met = undefined;
      this.said.textContent = "";
      this.after.replaceChildren();
      this.cover();
      this.lab.change((state) => (state.steps = 1));
    };
    const show = () => this.follow(this.lesson.solution);
    return [textButton("Try again", retry), textButton("Show one that does", show)];
  }

  onwards() {
    const { lesson } = this;
    const next = this.all[this.all.indexOf(lesson) + 1];
    const on = next ? () => this.open(next.name) : () => this.list();
    const go = textButton(next ? "Next lesson" : "All lessons", on, { class: "lab-primary" });
    const link = lesson.link ? [textButton("Show me", () => this.follow(lesson.link))] : [];
    return [element("p", {}, element("b", {}, "Try next. "), lesson.then), ...link, go];
  }

  // Something to try: it plays, and the words stay.
  follow(query) {
    this.drop();
    this.lab.playNext = true;
    this.lab.ask({ query });
  }

  // The guess is over, the words stay.
  drop() {
    this.phase = null;
    this.way?.drop();
    this.cover();
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

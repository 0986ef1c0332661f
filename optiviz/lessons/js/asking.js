// A lesson between its question and its reveal: a person commits to an answer before the run is there,
// then sees both.
//
// Before the answer the page shows no later steps than those of the situation, so nothing can tell them.

import { element } from "../../player/js/dom.js";
import { SPEEDS } from "../../player/js/timeline.js";
import { textButton } from "../../labs/js/ui.js";
import { finish } from "./progress.js";
import { WAYS } from "./ways.js";

const LONGEST = 125; // steps at speed 1 that a run is played for, at most: five seconds

// The slowest speed at which so many steps are played in time.
export const speedFor = (steps) => SPEEDS.find((speed) => steps / speed <= LONGEST) ?? SPEEDS.at(-1);

// Whoever extends it says where its parts are put (`show`, `focus`), what is covered (`cover`), who judges
// what was found (`askJudge`), and what there is to go on to (`further`).
export class Asking {
  // The phases of a lesson: "asking", "waiting" for the runs, "shown", and "told" why. The `lab` has a
  // `player`, the `controls` that some answers are set with, their `state`, and takes wishes by `ask`.
  constructor(lab) {
    Object.assign(this, { lab, phase: null, lesson: null, way: null });
  }

  // Whether the answer is not to be seen yet.
  get asks() {
    return this.phase === "asking" || this.phase === "waiting";
  }

  // Whether nothing may be changed but the answer.
  get held() {
    return this.asks || this.phase === "shown";
  }

  // Whether it is drawn on the loss panel, which then needs all the room.
  get draws() {
    return Boolean(this.phase) && this.lesson.way === "draw";
  }

  // ---- from the question to the answer

  pose(lesson) {
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
    this.show(lesson, this.form, this.said, this.after);
    this.lab.ask({ query: lesson.before });
    this.cover();
  }

  commit() {
    if (this.phase !== "asking") return;
    this.said.textContent = this.way.given === null ? this.way.missing : "";
    if (this.way.given === null) return;
    this.phase = "waiting";
    this.way.commit();
    this.wishes = this.way.wishes;
    this.lab.ask(this.wishes.shift());
    if (this.lesson.way === "find") this.askJudge();
  }

  // The last wish was answered.
  settled() {
    const { player } = this.lab;
    if (this.phase === "asking") {
      this.keep([]);
      player.goTo(this.lesson.shown);
      this.way.begin();
      if (document.activeElement === document.body) this.focus(); // a page that was just opened
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

  // Whether what was found meets the condition.
  judge(met) {
    if (this.way) this.way.met = met;
    this.lab.player.redraw();
  }

  tell() {
    const { way, lesson } = this;
    const told = way.told;
    if (!told) return; // it is not judged yet
    this.phase = "told";
    this.cover();
    way.mark();
    way.end();
    if (lesson.way === "find" && !told.right) {
      this.said.replaceChildren(element("p", {}, element("b", {}, told.words)));
      this.after.replaceChildren(...this.againButtons());
    } else this.conclude(told.words);
    if ([this.sure, way.canvas].includes(document.activeElement)) this.said.focus(); // what has it is about to go
    this.sure.hidden = true;
    this.after.scrollIntoView({ block: "nearest" });
  }

  // The words of the end, why, and where to go on to.
  conclude(words) {
    const { name, why } = this.lesson;
    this.said.replaceChildren(element("p", {}, element("b", {}, words)), element("p", {}, why));
    this.after.replaceChildren(...this.onwards());
    finish(name);
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
    const show = () => {
      this.follow(this.lesson.solution);
      this.conclude("This one does.");
    };
    return [textButton("Try again", retry), textButton("Show one that does", show)];
  }

  onwards() {
    return [element("p", {}, element("b", {}, "Try next. "), this.lesson.then), ...this.further()];
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
}

// A lesson on the player: before the answer the page shows no later steps than those of the situation,
// so nothing can tell them.

import { element } from "../../player/js/dom.js";
import { SPEEDS } from "../../player/js/timeline.js";
import { textButton } from "../../player/js/ui.js";
import { Posing } from "./posing.js";
import { WAYS } from "./ways.js";

const LONGEST = 125; // steps at speed 1 that a run is played for, at most: five seconds

// The slowest speed at which so many steps are played in time.
export const speedFor = (steps) => SPEEDS.find((speed) => steps / speed <= LONGEST) ?? SPEEDS.at(-1);

// Whoever extends it says, besides, who judges what was found (`askJudge`) and where the focus goes on a
// page that was just opened (`focus`).
// The `lab` has a `player`, the `controls` that some answers are set with, their `state`, and takes wishes
// by `ask`.
export class Asking extends Posing {
  // Whether it is drawn on the loss panel, which then needs all the room.
  get draws() {
    return Boolean(this.phase) && this.lesson.way === "draw";
  }

  // ---- from the question to the answer

  wayOf(lesson) {
    return new WAYS[lesson.way](lesson, this.lab);
  }

  begin() {
    this.ghost = null;
    this.lab.ask({ query: this.lesson.before });
  }

  answer() {
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

  end({ right, words }) {
    if (this.lesson.way !== "find" || right) return this.conclude(words);
    this.said.replaceChildren(element("p", {}, element("b", {}, words)));
    return this.after.replaceChildren(...this.againButtons());
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

  // Something to try: it plays, and the words stay.
  follow(query) {
    this.drop();
    this.lab.playNext = true;
    this.lab.ask({ query });
  }
}

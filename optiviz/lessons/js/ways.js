// The ways to answer a lesson, by their names.

import { element } from "../../player/js/dom.js";
import { Choose } from "./choose.js";
import { Draw } from "./draw.js";
import { aimed, distance, drawGuess, drawTruth } from "./guess.js";
import { Way } from "./way.js";

const SHARE = 1 / 40; // of the picture, by which an arrow key moves the cross-hair
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
// Where the settings that may be set to find something are among the controls.
const PLACES = { batch: ["batch"], schedule: ["schedule", "decay-"], condition: ["shape-condition"] };

class Place extends Way {
  build() {
    this.missing = "Say where first: click the picture, or move the cross-hair.";
    this.words = element("p", { class: "sl-aim", role: "status" }, "Click the picture, or move the cross-hair.");
    const question = element("p", { class: "sl-question" }, this.lesson.question);
    const keys = "By keys: arrows move it, with Shift further; Enter commits.";
    this.keys = element("p", { class: "lab-muted sl-keys" }, keys);
    this.node = element("div", {}, question, this.words, this.keys);
  }

  begin() {
    const { canvas, ground, step } = this.lab.player;
    this.usual ??= { role: canvas.getAttribute("role"), "aria-label": canvas.getAttribute("aria-label") };
    canvas.setAttribute("role", "application");
    const stars = ground.minima.map(aimed).join(" and ");
    const where = `The ball is at ${aimed(this.pointAt(step))}, the lowest point at ${stars}`;
    canvas.setAttribute("aria-label", `Arrow keys move the cross-hair, Enter commits. ${where}`);
  }

  end() {
    this.keys.hidden = true;
    for (const [name, value] of Object.entries(this.usual ?? {})) this.lab.player.canvas.setAttribute(name, value);
  }

  get enters() {
    return true;
  }

  // The first run's point at a step.
  pointAt(t) {
    const [run] = this.lab.player.runs;
    return [run.x[t], run.y[t]];
  }

  aim(place) {
    this.given = place;
    this.words.textContent = `Your guess: ${aimed(place)}.`;
    this.lab.player.redraw();
  }

  key(event) {
    const move = MOVES[event.key];
    if (!move) return false;
    const { bounds } = this.lab.player.ground;
    const reach = SHARE * (event.shiftKey ? 5 : 1);
    const from = this.given ?? this.pointAt(this.lab.player.step);
    this.aim(from.map((value, i) => {
      const [low, high] = bounds[i];
      return Math.min(Math.max(value + move[i] * reach * (high - low), low), high);
    }));
    return true;
  }

  draw(plane, context, shown) {
    const { player } = this.lab;
    if (!this.given) return;
    if (shown && player.step === player.steps) drawTruth(plane, context, this.given, this.pointAt(player.steps));
    drawGuess(plane, context, this.given, !shown);
  }

  get told() {
    return { right: true, words: distance(this.given, this.pointAt(this.lab.player.steps), this.pointAt(0)) };
  }
}

class Find extends Way {
  build() {
    this.given = true; // whatever is set
    this.node = element("div", {}, element("p", { class: "sl-question" }, this.lesson.question));
  }

  // The controls stand between the question and the button that commits.
  begin() {
    const { node } = this.lab.controls;
    this.home ??= node.parentNode;
    if (node.parentNode !== this.node) this.node.append(node); // or what has the focus would lose it
  }

  end() {
    this.home?.append(this.lab.controls.node);
  }

  get free() {
    return this.lesson.settings.flatMap((name) => PLACES[name] ?? [`lane-0-${name}`]);
  }

  get wishes() {
    return [{ controls: { ...this.lab.state, steps: this.lesson.steps } }];
  }

  // Python says whether it is met.
  get told() {
    if (this.met === undefined) return null;
    const verdict = this.lab.player.runs[0].verdict;
    const words = this.met ? "Yes, that does it" : "Not yet";
    return { right: this.met, words: `${words}: ${verdict}.` };
  }
}

export const WAYS = { choose: Choose, place: Place, find: Find, draw: Draw };

// The loss curve that a person expects, drawn on the loss panel before it is there.

import { element, placeOf } from "../../player/js/dom.js";
import { number } from "../../player/js/numbers.js";
import { apart, Curve, drawCurve } from "./curve.js";
import { Way } from "./way.js";

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const SHARE = 1 / 40; // of the axis, by which an arrow key moves the pen
const END = 12; // pixels from the last step within which a stroke goes there

export class Draw extends Way {
  build() {
    const { steps, question } = this.lesson;
    this.words = element("p", { class: "sl-aim", role: "status" }, "Draw on the loss panel, by pointer or keys.");
    const keys = "By keys: → goes on, ← back, ↑ ↓ set the loss there, with Shift further; Enter commits.";
    this.keys = element("p", { class: "lab-muted sl-keys" }, keys);
    this.node = element("div", {}, element("p", { class: "sl-question" }, question), this.words, this.keys);
    this.missing = `Draw it up to step ${steps} first.`;
  }

  get enters() {
    return true;
  }

  get canvas() {
    return this.panel?.canvas;
  }

  begin() {
    const { low, high, shown, steps } = this.lesson;
    const { above } = this.lab.player.runs[0];
    this.curve ??= new Curve([...above.slice(0, shown + 1)], steps, [low, high]);
    this.attach();
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("tabindex", 0);
    const how = "Left and right move along the steps, up and down draw the loss, Enter commits.";
    const here = `The loss is ${number(above[shown])} at step ${shown}`;
    const axis = `the axis goes from ${number(low)} to ${number(high)}`;
    this.canvas.setAttribute("aria-label", `${how} ${here}; ${axis}`);
  }

  // The panel has the axes of the question, from the first picture to the last that is told of it.
  attach() {
    const panel = this.lab.player.series.find(({ kind }) => kind === "loss");
    if (panel.asked && panel === this.panel) return;
    const { steps, low, high } = this.lesson;
    const take = this.committed ? null : (event) => this.take(event);
    const axis = { log: true, low, high };
    panel.asked = { steps, axis, take, draw: (context) => drawCurve(panel, context, this.curve, !this.committed) };
    panel.stale = true;
    this.panel = panel;
  }

  draw() {
    this.attach();
  }

  commit() {
    this.committed = true;
    this.panel.asked.take = null;
  }

  end() {
    this.keys.hidden = true;
    if (!this.panel) return;
    this.canvas.setAttribute("role", "img");
    this.canvas.removeAttribute("tabindex");
    this.panel.fit();
  }

  drop() {
    if (!this.panel) return;
    Object.assign(this.panel, { asked: null, stale: true });
    this.panel = null;
    this.lab.player.ask();
  }

  // A stroke of the pointer.
  take(event) {
    const { panel, curve } = this;
    const begins = event.type === "pointerdown";
    if (begins) panel.canvas.setPointerCapture(event.pointerId);
    else if (event.buttons !== 1) return;
    event.preventDefault();
    const [px, py] = placeOf(event);
    const near = px > panel.box.left + panel.box.width - END;
    curve.stroke(near ? curve.steps : panel.stepAt(px), panel.heightAt(py), begins);
    this.drawn(curve.whole ? "Drawn to the end; draw over it to change it." : `Drawn up to step ${curve.reach}.`);
  }

  key(event) {
    const move = MOVES[event.key];
    if (!move || !this.curve) return false;
    const { curve } = this;
    if (move[0]) curve.move(move[0]);
    else curve.lift(move[1] * SHARE * (event.shiftKey ? 5 : 1));
    this.drawn(`Step ${curve.at}: ${number(curve.value(curve.at))}.`);
    return true;
  }

  drawn(words) {
    this.given = this.curve.whole ? this.curve : null;
    this.words.textContent = words;
    this.lab.player.ask();
  }

  get told() {
    return { right: true, words: apart(this.curve, this.lab.player.runs[0].above) };
  }
}

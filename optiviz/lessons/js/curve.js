// A curve drawn by hand over the steps of a run, and how far it is from the run's own.
//
// Heights are shares of the axis, a logarithmic one: 0 at its lower end, 1 at the upper.

import { shareOf } from "../../player/js/curves.js";
import { pen, ring, write } from "../../player/js/marks.js";
import { clamp, number } from "../../player/js/numbers.js";

const KNOTS = 12; // stops of the pen that keys move
// Times that the curve and the run are apart on average, within which a guess is so near.
const NEAR = [[1.5, "Very near"], [4, "Near"]];

export class Curve {
  // `known` are the run's first values, which stay.
  constructor(known, steps, [low, high]) {
    Object.assign(this, { steps, low, high, knot: 0 });
    this.known = known.length - 1;
    this.heights = new Float64Array(steps + 1).fill(NaN);
    known.forEach((value, t) => (this.heights[t] = shareOf({ log: true, low, high }, value)));
  }

  // The value of the loss that is drawn at a step.
  value(t) {
    return this.low * (this.high / this.low) ** this.heights[t];
  }

  // The last step that the curve has come to from the first.
  get reach() {
    const gap = this.heights.findIndex(Number.isNaN);
    return gap < 0 ? this.steps : gap - 1;
  }

  get whole() {
    return this.reach === this.steps;
  }

  // A straight line from a step, where something is drawn, to another.
  line(from, step, height) {
    const first = this.heights[from];
    const way = Math.sign(step - from);
    for (let t = from; t !== step; t += way) this.set(t, first + ((height - first) * (t - from)) / (step - from));
    this.set(step, height);
  }

  set(t, height) {
    if (t > this.known) this.heights[t] = clamp(height, 0, 1);
  }

  // Draw on to a place; a stroke that begins goes on from what is drawn before it.
  stroke(step, height, begins) {
    const there = Math.max(step, this.known);
    this.line(begins ? Math.min(there, this.reach) : this.tip, there, height);
    this.tip = there;
  }

  // ---- by keys: the pen stands at one of the knots

  knotAt(i) {
    return Math.round(this.known + (i * (this.steps - this.known)) / KNOTS);
  }

  get at() {
    return this.knotAt(this.knot);
  }

  move(n) {
    const from = this.at;
    this.knot = clamp(this.knot + n, 0, KNOTS);
    if (Number.isNaN(this.heights[this.at])) this.line(from, this.at, this.heights[from]);
  }

  // Raise what is drawn at the pen, and what leads there and on from there.
  lift(by) {
    if (!this.knot) return; // the run is known there
    const height = this.heights[this.at] + by;
    const next = this.knotAt(Math.min(this.knot + 1, KNOTS));
    this.line(this.knotAt(this.knot - 1), this.at, height);
    if (next > this.at && !Number.isNaN(this.heights[next])) this.line(next, this.at, this.heights[this.at]);
  }
}

// How far a curve is from the run's, kindly.
export function apart(curve, above) {
  const away = [...above].map((value, t) => Math.abs(Math.log(value / curve.value(t))));
  const told = away.slice(curve.known + 1).filter(Number.isFinite);
  const times = Math.exp(told.reduce((sum, one) => sum + one, 0) / Math.max(told.length, 1));
  const [, words] = NEAR.find(([most]) => times <= most) ?? [null, "It went elsewhere"];
  const [truth, drawn] = [above[curve.steps], curve.value(curve.steps)].map((value) => number(value));
  const end = `At step ${curve.steps} the loss is ${truth}, and you drew ${drawn}`;
  return `${words}: on average the two are a factor of ${number(times, 2)} apart. ${end}.`;
}

// What is drawn, dashed, with its name at its end; the pen while keys move it.
export function drawCurve(panel, context, curve, moves) {
  if (!curve) return;
  const { look, scale } = panel.player;
  const place = (t) => [panel.x(t), panel.box.top + (1 - curve.heights[t]) * panel.box.height];
  const { reach, known } = curve;
  for (const [color, width, dash] of [[look.background, 5, []], [look.text, 2, [6, 4]]]) {
    pen(context, color, width * scale, dash);
    context.beginPath();
    for (let t = known; t <= reach; t++) context.lineTo(...place(t));
    context.stroke();
  }
  if (moves && reach < curve.steps) ring(context, ...place(reach), 5 * scale, look.text, look.background);
  if (moves && curve.knot) ring(context, ...place(curve.at), 5 * scale, look.text, look.background);
  const { left, top, width, height } = panel.box;
  context.font = panel.font(12, moves ? "" : "600");
  if (!moves) name(context, place, curve, [top + 24 * scale, top + height - 24 * scale], look.text);
  else if (reach === known)
    write(context, "draw here", left + width / 2, top + height / 3, "center", "middle", look.muted);
}

// Its name, on the side of its end from which it does not come.
function name(context, place, curve, [high, low], color) {
  const [[, before], [x, y]] = [place(Math.floor(0.8 * curve.steps)), place(curve.steps)];
  const below = y < high || (before < y && y < low);
  write(context, "yours", x - 4, y + (below ? 8 : -8), "right", below ? "top" : "bottom", color);
}

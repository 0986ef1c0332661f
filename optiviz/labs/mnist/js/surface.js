// The loss between finished runs, on a plane through the ways that their weights took.

import { element } from "../../../player/js/dom.js";
import { fillBands, march, resample } from "../../../player/js/ground.js";
import { disc, pen } from "../../../player/js/marks.js";
import { blend, view } from "../../../player/js/numbers.js";
import { fitted, onResize, textButton } from "../../../player/js/ui.js";
import { underWay } from "./table.js";
import { lossWords } from "./words.js";

const CELL = 4; // pixels between two points of the ground that is drawn
const GROUND = { light: ["#f7fbff", "#7a9cc6"], dark: ["#101a28", "#3e5f8a"] }; // the lowest, the highest
const ROOM = 12;
const EMPTY =
  "When a run is done: the loss around the way that its weights took, and around those of other runs from " +
  "the same first weights.";

export const bandColors = (theme, count) =>
  Array.from({ length: count }, (_, i) => blend(GROUND[theme][0], GROUND[theme][1], i / Math.max(count - 1, 1)));

// Where a plane's extent stands on a canvas: one unit is as long both ways.
export function placed([[left, right], [bottom, top]], width, height) {
  const unit = Math.min(width / (right - left), height / (top - bottom));
  const [x0, y0] = [(width - unit * (right - left)) / 2, (height - unit * (top - bottom)) / 2];
  return {
    x: (a) => x0 + (a - left) * unit,
    y: (b) => height - y0 - (b - bottom) * unit,
    box: [x0, y0, unit * (right - left), unit * (top - bottom)],
  };
}

export class Surface {
  name = "surface";
  title = "Loss surface";
  kind = null; // only when somebody wants it

  // `runs` gives those that are drawn, the chosen one first; `nameOf` what one is called.
  constructor(send, lookOf, runs, nameOf, signal) {
    Object.assign(this, { send, lookOf, runs, nameOf, ground: null });
    this.canvas = element("canvas", { role: "img", "aria-label": "Loss surface: not drawn yet" });
    this.make = textButton("Draw the surface", () => this.ask(), { class: "lab-primary", "data-do": "surface" });
    this.halt = textButton("Cancel", () => this.send("halt"), { disabled: true });
    this.bar = element("div");
    const facts = { class: "lab-progress", role: "progressbar", "aria-label": "progress of the surface" };
    const range = { "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 };
    this.progress = element("div", { ...facts, ...range }, this.bar);
    this.words = element("p", { class: "lab-muted", role: "status" }, EMPTY);
    const buttons = element("div", { class: "lab-buttons" }, this.make, this.halt);
    const side = element("div", { class: "ml-side" }, buttons, this.progress, this.words);
    this.body = element("div", { class: "ml-surface" }, element("div", { class: "ml-plane" }, this.canvas), side);
    this.node = element("div", { class: "ml-pane" }, this.body);
    this.busy(null);
    onResize(this.canvas, () => this.draw(), signal);
  }

  wish() {
    return null;
  }

  // On a stage nobody is to look for the button: what is done is drawn, once for the same runs.
  present() {
    const runs = this.runs();
    const keys = runs.map(({ run }) => run).join();
    if (keys && keys !== this.asked && !this.make.disabled && !runs.some(underWay)) this.ask();
  }

  ask() {
    const keys = this.runs().map(({ run }) => run);
    this.asked = keys.join();
    if (!keys.length) return this.say("Train first: the surface is laid through the way of a run.");
    this.busy(0);
    this.send("surface", keys);
  }

  say(words) {
    this.words.textContent = words;
  }

  busy(share) {
    const on = share !== null;
    this.make.disabled = on;
    this.halt.disabled = !on;
    this.bar.style.transform = `scaleX(${share ?? 0})`;
    this.progress.setAttribute("aria-valuenow", Math.round(100 * (share ?? 0)));
  }

  take(message, buffers) {
    if (message.share !== undefined) {
      if (message.share === 0) this.say("Evaluating the network on the plane…");
      return this.busy(message.share);
    }
    this.busy(null);
    if (message.stopped) return this.say("Cancelled.");
    if (message.error) return this.say(message.error);
    const bytes = view(buffers[0]);
    const heights = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    this.ground = { ...message, heights };
    this.say(this.told());
    return this.draw();
  }

  told() {
    const { losses, explained, images, runs } = this.ground;
    const [first, second] = explained.map((share) => `${Math.round(100 * share)} %`);
    const ends = runs.map(({ run, loss }) => `${this.nameOf(run)} ends at ${lossWords(loss.at(-1))}`).join("; ");
    return [
      `The loss of ${images} training images, from ${lossWords(losses[0])} to ${lossWords(losses[1])};`,
      `each colour is a step of its logarithm. Right goes the direction that explains ${first} of the ways,`,
      `up the next, ${second}. The ways run beside this plane, so their own losses may be lower: ${ends}.`,
    ].join(" ");
  }

  draw() {
    const sheet = fitted(this.canvas);
    if (!sheet || !this.ground) return;
    const { context, width, height } = sheet;
    const look = this.lookOf();
    const place = placed(this.ground.extent, width, height);
    this.drawGround(context, place, look);
    const starts = this.ground.runs.map((way) => this.drawWay(context, place, way, look));
    if (starts.length) disc(context, ...starts[0], 4, look.background, look.text);
    this.canvas.setAttribute("aria-label", `Loss surface. ${this.told()}`);
  }

  drawGround(context, { box: [x0, y0, width, height] }, look) {
    const { extent: [[left, right], [bottom, top]], levels } = this.ground;
    const count = (length) => Math.max(Math.round(length / CELL), 8);
    const [nx, ny] = [count(width), count(height)];
    const along = (n, low, high) => Array.from({ length: n + 1 }, (_, i) => low + ((high - low) * i) / n);
    const values = resample(this.ground, along(nx, left, right), along(ny, top, bottom));
    const image = fillBands(values, nx + 1, ny + 1, CELL, bandColors(look.theme, levels));
    const sheet = element("canvas", { width: image.width, height: image.height });
    sheet.getContext("2d").putImageData(image, 0, 0);
    context.drawImage(sheet, x0, y0, width, height);
    pen(context, look.muted, 0.5);
    context.globalAlpha = 0.5;
    context.beginPath();
    const pixels = (n, from, length) => along(n, from, from + length);
    march(context, values, pixels(nx, x0, width), pixels(ny, y0, height), [...Array(levels).keys()].slice(1));
    context.stroke();
    context.globalAlpha = 1;
  }

  // A run's way with a dot for each of its points; where it begins.
  drawWay(context, place, { run, x, y }, look) {
    const { mark, back } = this.runs().find((one) => one.run === run) ?? {};
    context.globalAlpha = back ? 0.5 : 1;
    const color = mark?.[look.theme] ?? look.text;
    const points = x.map((a, i) => [place.x(a), place.y(y[i])]);
    context.lineJoin = "round";
    const dashes = (mark?.dash ?? []).map((length) => 2 * length);
    for (const [ink, width, dash] of [[look.background, 4, []], [color, 2, dashes]]) {
      pen(context, ink, width, dash);
      context.beginPath();
      for (const point of points) context.lineTo(...point);
      context.stroke();
    }
    for (const point of points.slice(1, -1)) disc(context, ...point, 2, color, color, 0);
    disc(context, ...points.at(-1), 5.5, color, look.background);
    context.globalAlpha = 1;
    this.drawName(context, points.at(-1), this.nameOf(run), look, place.box);
    return points[0];
  }

  drawName(context, [x, y], name, look, [x0, , width]) {
    context.font = `600 12px ${look.font}`;
    const left = x > x0 + width / 2;
    const at = [x + (left ? ROOM : -ROOM), y - ROOM - 4];
    Object.assign(context, { textAlign: left ? "right" : "left", textBaseline: "middle" });
    pen(context, look.background, 3);
    context.strokeText(name, ...at);
    context.fillStyle = look.text;
    context.fillText(name, ...at);
  }
}

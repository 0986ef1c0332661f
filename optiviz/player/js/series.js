// The panels against the step: loss, velocity, learning rate.

import { axisOf, between, curvesOf, ownDash, PANELS, shareOf } from "./curves.js";
import { drawing, element, say } from "./dom.js";
import { clippedOf } from "./drawn.js";
import { clipTo, cross, marker, pen, rule, write } from "./marks.js";
import { blend, clamp, powers, ticks } from "./numbers.js";
import { Sheet } from "./sheet.js";

const THIN = 1.2; // pixels that the lines of runs beside those that are set are wide
const PALE = 1; // and those of what is to come, or was: as thin as a screen has it is drawn ten times sooner

export class Series extends Sheet {
  constructor(player, kind) {
    const panel = PANELS[kind];
    super(player, element("canvas", { role: "img" }));
    const one = player.runs.length === 1;
    Object.assign(this, { kind, panel, parts: { speed: true, first: one, second: one, loss: false } });
    this.drawn = document.createElement("canvas");
    // What a person is asked to draw here: its `steps`, the `axis`, `draw`, and `take` for a pointer.
    this.asked = null;
    for (const name of ["pointerdown", "pointermove"])
      this.canvas.addEventListener(name, (event) =>
        this.asked?.take ? this.asked.take(event) : player.scrub(this, event),
      );
    this.canvas.addEventListener("pointerleave", () => player.point(null));
    this.title = element("span");
    const chips = Object.entries(panel.parts ?? {}).map((part) => this.chip(...part));
    this.chips = chips;
    const caption = element("figcaption", {}, this.title, ...chips);
    this.figure = element("figure", { "data-panel": kind }, caption, this.canvas);
  }

  // Other runs: another problem's loss may be called otherwise.
  fit() {
    const title = this.panel.title(this.player.facts);
    say(this.title, title);
    this.canvas.setAttribute("aria-label", `${title} against the step`);
    this.fitKey();
  }

  // The chips of lines that differ by their dashes have a piece of theirs; where runs have dashes of
  // their own, the legend has those.
  fitKey() {
    const { dashes, parts } = this.panel;
    const [own, ...others] = this.player.runs.map(ownDash).map((dash) => dash.join(" "));
    const shared = others.every((dash) => dash === own) ? own : null;
    if (!dashes || this.keyed === shared) return;
    this.keyed = shared;
    for (const [i, [part, words]] of Object.entries(parts).entries()) {
      const dash = dashes[part]?.join(" ") ?? shared;
      const line = dash === null ? [] : [drawing("18 8", "M0 4H18", `stroke-dasharray="${dash}"`)];
      this.chips[i].replaceChildren(...line, words);
    }
  }

  // A button that shows or hides a part of the panel.
  chip(part, words) {
    const onclick = (event) => {
      this.parts[part] = !this.parts[part];
      event.currentTarget.setAttribute("aria-pressed", String(this.parts[part]));
      this.stale = true;
      this.player.ask();
    };
    const state = { "aria-pressed": String(this.parts[part]), "data-part": part };
    return element("button", { type: "button", class: "ov-chip", ...state, onclick }, words);
  }

  get box() {
    const s = this.player.scale;
    const left = 48 * s;
    return { left, top: 6, width: this.width - left - 12 * s, height: this.height - 6 - 22 * s };
  }

  curves(runs = this.player.runs) {
    return curvesOf(this.panel, runs, this.parts);
  }

  get steps() {
    return this.asked?.steps ?? this.player.steps;
  }

  x(step, { left, width } = this.box) {
    return left + (step / Math.max(this.steps, 1)) * width;
  }

  y(value, { top, height } = this.box) {
    return top + (1 - shareOf(this.axis, value)) * height;
  }

  stepAt(px) {
    const share = (px - this.box.left) / this.box.width;
    return clamp(Math.round(share * this.steps), 0, this.steps);
  }

  // The share of the axis, from its lower end, at a place of the canvas.
  heightAt(py) {
    return clamp(1 - (py - this.box.top) / this.box.height, 0, 1);
  }

  limits() {
    const { ground, facts, told } = this.player;
    return axisOf(this.panel, this.curves(told), facts.floor, ground.drawing);
  }

  lay() {
    this.axis = this.asked?.axis ?? this.limits();
    this.times = 0;
  }

  // A slider changes all of it for every frame, and a canvas that is copied must be finished first:
  // so it is drawn where it is seen, and kept as soon as it is needed again.
  under(context) {
    this.times++;
    if (this.times === 1) {
      context.setTransform(this.dense, 0, 0, this.dense, 0, 0);
      this.layRest(context);
      return;
    }
    if (this.times === 2) {
      this.layRest(this.begin(this.still));
      this.layPassed(this.begin(this.drawn));
    }
    super.under(context);
  }

  // The axes, and pale what is to come.
  layRest(context) {
    const { player } = this;
    this.layAxes(context);
    this.layHeld(context);
    this.trace(context, this.curves(player.ghosts), PALE, { paler: 0.4, dash: [2, 3] });
    this.trace(context, this.curves(player.told), PALE, { paler: 0.58 });
  }

  // The names of what rates do not stand, at the ends of their lines, from the top down; those
  // that are beyond the axis first.
  layLimits(context) {
    const { look, scale, runs, facts } = this.player;
    const { left, top, width, height } = this.box;
    const row = 13 * scale;
    const named = runs.flatMap((run, nth) => {
      const words = run.stands && facts.limits?.[nth];
      if (!words) return [];
      const above = Math.min(...run.stands) > this.axis.high;
      return [above ? { words: `${words} ↑`, y: top } : { words, y: this.y(run.stands.at(-1)) }];
    });
    let last = top - row;
    context.font = this.font(10.5);
    context.lineJoin = "round";
    for (const { words, y } of named.sort((a, b) => a.y - b.y)) {
      last = Math.max(last + row, Math.min(y < top + row ? y + row : y - 3, top + height));
      pen(context, look.background, 4);
      Object.assign(context, { textAlign: "right", textBaseline: "bottom" });
      context.strokeText(words, left + width - 4, last);
      write(context, words, left + width - 4, last, "right", "bottom", look.text);
    }
  }

  // The curves in full, of which what has passed is seen.
  layPassed(context) {
    const { player } = this;
    const beside = player.beside.filter(({ panels }) => !panels || panels.includes(this.kind));
    this.trace(context, this.curves(beside), THIN * player.scale);
    this.trace(context, this.curves(), 2.1 * player.scale);
    if (this.kind === "loss") this.layClipped(context);
  }

  // Crosses where the gradient was clipped, as on the path, which says what they are.
  layClipped(context) {
    const { left, top, width, height } = this.box;
    context.save();
    clipTo(context, left - 4, top - 2, width + 6, height + 4);
    for (const { run, values } of this.curves()) {
      const { steps, color } = clippedOf(this.player, run);
      for (const t of steps) cross(context, this.x(t), this.y(values[t]), 2.6 * this.player.scale, color);
    }
    context.restore();
  }

  layAxes(context) {
    const { look, scale } = this.player;
    const { left, top, width, height } = this.box;
    const { log, low, high } = this.axis;
    pen(context, look.grid, 1);
    context.font = this.font(10.5);
    const most = height / (26 * scale);
    for (const [value, words] of log ? powers(low, high, most) : ticks(low, high, most)) {
      const y = Math.round(this.y(value)) + 0.5;
      rule(context, left, y, left + width, y);
      write(context, words, left - 6, y, "right", "middle", look.muted);
    }
    const rows = ticks(0, this.steps, width / (64 * scale)).filter(([value]) => Number.isInteger(value));
    for (const [value, words] of rows) {
      const x = Math.round(this.x(value)) + 0.5;
      rule(context, x, top, x, top + height);
      write(context, words, x, top + height + 6, "center", "top", look.muted);
    }
    context.strokeStyle = look.muted;
    if (!log && low < 0 && high > 0) rule(context, left, this.y(0), left + width, this.y(0));
  }

  // The steps during which a network trains in the valley that its toy runs in.
  layHeld(context) {
    const { look, ground, runs } = this.player;
    const { top, height } = this.box;
    for (const { holds } of runs.filter((run) => run.holds)) {
      const [first, last] = [holds.indexOf(1), holds.lastIndexOf(1)].map((step) => this.x(step));
      context.save();
      Object.assign(context, { fillStyle: look.accent, globalAlpha: ground.drawing.shade });
      context.fillRect(first - 1, top, last - first + 2, height);
      context.restore();
    }
  }

  // Draw curves as they are, but for a `style` that all of them are given.
  trace(context, curves, thick, style = {}) {
    const { player, box } = this;
    const { left, top, width, height } = box;
    context.save();
    clipTo(context, left, top - 2, width + 2, height + 4);
    context.lineJoin = "bevel"; // what round corners cost, nobody sees on lines so thin
    for (const curve of curves) {
      const { run, values, dash, paler } = { ...curve, ...style };
      pen(context, blend(player.colorOf(run), player.look.background, paler), thick, dash);
      context.beginPath();
      values.forEach((value, t) => {
        if (Number.isFinite(value)) context.lineTo(this.x(t, box), clamp(this.y(value, box), -1e4, 1e4));
      });
      context.stroke();
    }
    context.restore();
  }

  move(context) {
    const { player } = this;
    const { look, time, scale } = player;
    const { top, height } = this.box;
    const x = this.x(Math.min(time, player.steps));
    // What has passed, up to the cursor, from the finished curves.
    const d = this.dense;
    const edge = Math.max(1, Math.round(x * d));
    if (this.times === 1) {
      context.save();
      clipTo(context, 0, 0, edge / d, this.height);
      this.layPassed(context);
      context.restore();
    } else context.drawImage(this.drawn, 0, 0, edge, this.canvas.height, 0, 0, edge / d, this.height);
    pen(context, look.muted, 1);
    rule(context, x, top, x, top + height);
    if (player.hover !== null) {
      pen(context, look.text, 1, [3, 3]);
      rule(context, this.x(player.hover), top, this.x(player.hover), top + height);
    }
    for (const { run, values, paler } of this.curves(player.told)) {
      const t = Math.min(time, run.steps);
      const y = between(values, t, (value) => this.y(value));
      const color = blend(player.colorOf(run), look.background, paler);
      if (y >= top - 3 && y <= top + height + 3)
        marker(context, run.head, this.x(t), y, 3.4 * scale, color, look.background);
    }
    if (this.kind === "sharpness") this.layLimits(context);
    this.asked?.draw(context);
  }
}

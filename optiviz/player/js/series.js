// The panels against the step: loss, velocity, learning rate.

import { axisOf, between, curvesOf, PANELS, shareOf } from "./curves.js";
import { element } from "./dom.js";
import { disc, rule } from "./marks.js";
import { blend, clamp, powers, ticks } from "./numbers.js";
import { Sheet } from "./sheet.js";

export class Series extends Sheet {
  constructor(player, kind) {
    const panel = PANELS[kind];
    const title = panel.title(player.facts);
    super(player, element("canvas", { role: "img", "aria-label": `${title} against the step` }));
    const one = player.runs.length === 1;
    Object.assign(this, { panel, parts: { speed: true, first: one, second: one } });
    this.drawn = document.createElement("canvas");
    for (const name of ["pointerdown", "pointermove"])
      this.canvas.addEventListener(name, (event) => player.scrub(this, event));
    this.canvas.addEventListener("pointerleave", () => player.point(null));
    const chips = Object.entries(panel.parts ?? {}).map((part) => this.chip(...part));
    const caption = element("figcaption", {}, element("span", {}, title), ...chips);
    this.figure = element("figure", {}, caption, this.canvas);
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
    return { left, top: 6, width: this.width - left - 10, height: this.height - 6 - 22 * s };
  }

  curves(runs = this.player.runs) {
    return curvesOf(this.panel, runs, this.parts);
  }

  x(step) {
    return this.box.left + (step / Math.max(this.player.steps, 1)) * this.box.width;
  }

  y(value) {
    return this.box.top + (1 - shareOf(this.axis, value)) * this.box.height;
  }

  stepAt(px) {
    const share = (px - this.box.left) / this.box.width;
    return clamp(Math.round(share * this.player.steps), 0, this.player.steps);
  }

  lay() {
    const { player } = this;
    const { look, ground, facts } = player;
    this.axis = axisOf(this.panel, this.curves(), facts.floor, ground.drawing);
    const context = this.begin(this.still);
    this.layAxes(context);
    this.trace(context, this.curves(player.ghosts), ({ run }) => ({
      color: blend(player.colorOf(run), look.background, 0.6),
      width: 1.2,
      dash: [2, 3],
    }));
    this.trace(context, this.curves(), ({ run }) => ({
      color: blend(player.colorOf(run), look.background, 0.72),
      width: 1.4,
      dash: [],
    }));
    this.trace(this.begin(this.drawn), this.curves(), ({ run, dash, paler }) => ({
      color: blend(player.colorOf(run), look.background, paler),
      width: 2.1 * player.scale,
      dash,
    }));
  }

  layAxes(context) {
    const { look, scale, steps } = this.player;
    const { left, top, width, height } = this.box;
    const { log, low, high } = this.axis;
    context.lineWidth = 1;
    context.strokeStyle = look.grid;
    context.fillStyle = look.muted;
    context.font = this.font(10.5);
    context.textBaseline = "middle";
    context.textAlign = "right";
    const most = height / (26 * scale);
    for (const [value, words] of log ? powers(low, high, most) : ticks(low, high, most)) {
      const y = Math.round(this.y(value)) + 0.5;
      rule(context, left, y, left + width, y);
      context.fillText(words, left - 6, y);
    }
    context.textBaseline = "top";
    context.textAlign = "center";
    const rows = ticks(0, steps, width / (64 * scale)).filter(([value]) => Number.isInteger(value));
    for (const [value, words] of rows) {
      const x = Math.round(this.x(value)) + 0.5;
      rule(context, x, top, x, top + height);
      context.fillText(words, x, top + height + 6);
    }
    context.strokeStyle = look.muted;
    if (!log && low < 0 && high > 0) rule(context, left, this.y(0), left + width, this.y(0));
  }

  trace(context, curves, styleOf) {
    const { left, top, width, height } = this.box;
    context.save();
    context.beginPath();
    context.rect(left, top - 2, width + 2, height + 4);
    context.clip();
    context.lineJoin = "round";
    for (const curve of curves) {
      const { color, width, dash } = styleOf(curve);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      curve.values.forEach((value, t) => {
        if (Number.isFinite(value)) context.lineTo(this.x(t), clamp(this.y(value), -1e4, 1e4));
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
    context.drawImage(this.drawn, 0, 0, edge, this.canvas.height, 0, 0, edge / d, this.height);
    context.strokeStyle = look.muted;
    context.lineWidth = 1;
    rule(context, x, top, x, top + height);
    if (player.hover !== null) {
      context.setLineDash([3, 3]);
      context.strokeStyle = look.text;
      rule(context, this.x(player.hover), top, this.x(player.hover), top + height);
      context.setLineDash([]);
    }
    for (const { run, values, paler } of this.curves()) {
      const t = Math.min(time, run.steps);
      const y = between(values, t, (value) => this.y(value));
      const color = blend(player.colorOf(run), look.background, paler);
      if (y >= top - 3 && y <= top + height + 3)
        disc(context, this.x(t), y, 3.4 * scale, color, look.background);
    }
  }
}

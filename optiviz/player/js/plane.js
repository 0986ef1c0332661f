// The plane from above: the part of it that is seen, and what lies there.

import { drawArrows, drawNotes } from "./arrows.js";
import { drawBeside, drawLetters } from "./beside.js";
import { drawMarks, drawWays } from "./drawn.js";
import { drawBatch, layAxes, layGround } from "./field.js";
import { clipTo, cross, pen, ring, rule, star, write } from "./marks.js";
import { clamp } from "./numbers.js";
import { drawSaid } from "./notes.js";
import { Sheet } from "./sheet.js";
import { drawHead, drawTrail, line } from "./trails.js";

const MOST = 200; // times as large as the whole

export class Plane extends Sheet {
  constructor(player, canvas) {
    super(player, canvas);
    this.taken = 0;
    this.home();
  }

  home() {
    this.zoom = 1;
    this.middle = null;
    this.shifted = false;
    this.stale = true;
  }

  // Whether another part than the whole is seen.
  get moved() {
    return this.zoom !== 1 || this.shifted;
  }

  get box() {
    const s = this.player.scale;
    const [left, bottom] = [44 * s, 36 * s];
    const [width, height] = [this.width - left - 8, this.height - bottom - 6];
    // Not wider than the ground, which is as wide as it is for the widest of canvases.
    const { extent: [[x0, x1]], bounds: [, [b, t]] } = this.player.ground;
    const kept = Math.min(width, (height * (x1 - x0)) / (t - b));
    return { left: left + (width - kept) / 2, top: 6, width: kept, height };
  }

  // The part of the plane that is seen: the bounds widened to the canvas's shape, then zoomed.
  frame() {
    const { bounds } = this.player.ground;
    const box = this.box;
    const [[l, r], [b, t]] = bounds;
    this.middle ??= [(l + r) / 2, (b + t) / 2];
    this.whole = Math.max((r - l) / box.width, (t - b) / box.height);
    this.zoom = Math.min(this.zoom, this.most);
    this.unit = this.whole / this.zoom;
    const [w, h] = [box.width * this.unit, box.height * this.unit];
    const [x, y] = this.middle;
    this.view = [[x - w / 2, x + w / 2], [y - h / 2, y + h / 2]];
  }

  // The greatest zoom: that at which a pixel is as fine as what is known of the paths.
  get most() {
    const { finest } = this.player.ground;
    return finest ? Math.min(MOST, this.whole / finest) : MOST;
  }

  x(u, { left } = this.box) {
    return left + (u - this.view[0][0]) / this.unit;
  }

  y(v, { top } = this.box) {
    return top + (this.view[1][1] - v) / this.unit;
  }

  at(px, py) {
    const box = this.box;
    return [
      this.view[0][0] + (px - box.left) * this.unit,
      this.view[1][1] - (py - box.top) * this.unit,
    ];
  }

  inside(px, py) {
    const { left, top, width, height } = this.box;
    return px >= left && px <= left + width && py >= top && py <= top + height;
  }

  // Zoom by a factor about a point of the canvas that stays where it is.
  zoomBy(factor, px = this.width / 2, py = this.height / 2) {
    const zoom = clamp(this.zoom * factor, 0.5, this.most);
    const [u, v] = this.at(px, py);
    const share = this.zoom / zoom;
    this.middle = [u + (this.middle[0] - u) * share, v + (this.middle[1] - v) * share];
    this.zoom = zoom;
    this.moveTo();
  }

  panBy(dx, dy) {
    this.middle = [this.middle[0] - dx * this.unit, this.middle[1] + dy * this.unit];
    this.shifted = true;
    this.moveTo();
  }

  moveTo() {
    this.frame(); // at once: the next movement may come before the next drawing
    this.stale = true;
    this.player.ask();
  }

  lay() {
    this.frame();
    const { player } = this;
    this.surface = null;
    // The ground changes only with the view: a slider that moves the paths need not wait for it.
    const key = [this.view, this.dense, player.look.isDark, player.scale, player.batched].join();
    if (this.laid?.key !== key || this.laid.ground !== player.ground) {
      this.laid = { key, ground: player.ground };
      const context = this.begin(this.still);
      layGround(this, context);
      layAxes(this, context);
    }
    for (const run of [...player.runs, ...player.beside, ...player.ghosts]) run.pixels = this.pixels(run);
    this.factor = player.facts.factor;
  }

  // Stars at the minima and crosses at the saddles, which no path covers.
  drawMarks(context) {
    const { ground, look, scale } = this.player;
    const { star: gold, background, starEdge, hollowEdge } = look;
    for (const [i, [u, v]] of ground.minima.entries()) {
      const [size, fill, edge] = ground.local[i] ? [4.5, background, hollowEdge] : [8, gold, starEdge];
      star(context, this.x(u), this.y(v), size * scale, fill, edge);
    }
    for (const [u, v] of ground.saddles) cross(context, this.x(u), this.y(v), 5 * scale, look.text);
  }

  // The axes of the curvature at a minimum, the steep one solid.
  drawCurvature(context) {
    const { facts, shows, look } = this.player;
    if (!facts.eigen || !shows.axes) return;
    const far = 2 * Math.max(this.width, this.height) * this.unit;
    const [u, v] = facts.eigen.at;
    context.globalAlpha = 0.4;
    for (const [i, [dx, dy]] of facts.eigen.axes.entries()) {
      pen(context, look.text, 1, i ? [5, 4] : []);
      rule(context, this.x(u - far * dx), this.y(v - far * dy), this.x(u + far * dx), this.y(v + far * dy));
    }
    context.globalAlpha = 1;
  }

  drawGhosts(context) {
    const { player } = this;
    for (const run of player.ghosts) {
      const points = run.pixels;
      context.globalAlpha = player.ground.drawing.halo;
      pen(context, player.look.background, 3.5);
      line(context, points, run.steps);
      context.globalAlpha = 1;
      pen(context, player.colorOf(run), 1, [2, 3]);
      line(context, points, run.steps);
    }
  }

  clip(context) {
    const { left, top, width, height } = this.box;
    clipTo(context, left, top, width, height);
  }

  // A run's points in pixels; those far outside are brought nearer, in the same direction.
  pixels(run) {
    const { box } = this;
    const { left, top, width, height } = box;
    const [cx, cy] = [left + width / 2, top + height / 2];
    const reach = this.player.ground.drawing.reach * Math.max(width, height);
    const points = new Float32Array(2 * run.x.length);
    run.x.forEach((u, i) => {
      const [dx, dy] = [this.x(u, box) - cx, this.y(run.y[i], box) - cy];
      const share = reach / Math.max(Math.hypot(dx, dy), reach);
      points[2 * i] = cx + dx * share;
      points[2 * i + 1] = cy + dy * share;
    });
    return points;
  }

  move(context) {
    const { player } = this;
    context.save();
    this.clip(context);
    this.drawCurvature(context);
    this.drawGhosts(context);
    if (player.batched && player.shows.batch) drawBatch(this, context);
    drawBeside(this, context);
    const order = [...player.runs].sort((one, other) => one.weight - other.weight); // a hero last
    const all = (draw) => order.forEach((run) => draw(this, context, run));
    all(drawWays);
    all(drawTrail);
    this.drawMarks(context);
    all(drawMarks);
    all(drawArrows);
    all(drawHead);
    this.drawGoals(context);
    player.overlay?.(this, context);
    context.restore();
    drawLetters(this, context);
    drawNotes(this, context);
    drawSaid(this, context);
  }

  // Rings around the deepest minima, above the heads that get there.
  drawGoals(context) {
    const { ground, look, scale } = this.player;
    for (const [i, [u, v]] of ground.minima.entries())
      if (!ground.local[i]) ring(context, this.x(u), this.y(v), 12 * scale, look.text, look.background);
  }

  // Words on a plate of the page's colour.
  note(context, words, x, y, align, color) {
    const { look, scale } = this.player;
    context.font = this.font(11.5, "500");
    const width = context.measureText(words).width;
    context.fillStyle = look.background;
    context.fillRect(align === "left" ? x - 3 : x - width - 3, y - 9 * scale, width + 6, 18 * scale);
    write(context, words, x, y, align, "middle", color);
  }

  // The run and the step whose point lies nearest to a point of the canvas, within reach.
  nearest(px, py, reach = 16) {
    let found = null;
    for (const run of this.player.told)
      for (let t = 0; t <= run.steps; t++) {
        const away = Math.hypot(run.pixels[2 * t] - px, run.pixels[2 * t + 1] - py);
        if (away < reach) {
          reach = away;
          found = { run, t };
        }
      }
    return found;
  }
}

// The map as a picture: its cells, its axes, and what is marked on it.

import { clipTo, disc, pen, rule, star, write } from "../../../player/js/marks.js";
import { blend, clamp, powers, ticks } from "../../../player/js/numbers.js";

const HATCH = 7; // pixels between two lines where runs diverge
const OVERLAP = 0.6; // pixels by which a cell reaches into the next, so that no seam is seen
const FONT = '11.5px system-ui, "Segoe UI", Roboto, sans-serif';

export const colorsOf = ({ colors }, look) => colors[look.isDark ? 1 : 0];

// The colour of a pair by the steps that it takes, from the fastest to the slowest.
export function cellColor(taken, fastest, slowest, ramp, look) {
  if (taken < 0) return look.background;
  if (!(taken > 0)) return look.grid;
  const share = Math.log(taken / fastest) / Math.log(slowest / fastest);
  return ramp[Math.round(clamp(share, 0, 1) * (ramp.length - 1))];
}

// The steps of the fastest pair and of the slowest, between which the colours lie.
export function spanOf({ taken, best }) {
  const fastest = best?.[2] ?? 1;
  return [fastest, Math.max(...taken, 2 * fastest)];
}

export function drawCells(context, grid, facts, look) {
  const { taken, xs } = facts;
  const { ramp } = colorsOf(facts, look);
  const [fastest, slowest] = spanOf(facts);
  const [w, h] = grid.cell.map((length) => length + OVERLAP);
  const lost = new Path2D();
  taken.forEach((steps, k) => {
    const corner = grid.corner([k % xs.length, Math.floor(k / xs.length)]);
    context.fillStyle = cellColor(steps, fastest, slowest, ramp, look);
    context.fillRect(...corner, w, h);
    if (steps < 0) lost.rect(...corner, w, h);
  });
  context.save();
  context.clip(lost);
  drawHatching(context, grid, look);
  context.restore();
}

function drawHatching(context, { left, top, width, height }, look) {
  context.beginPath();
  for (let x = left - height; x < left + width; x += HATCH) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  pen(context, blend(look.muted, look.background, 0.5), 0.8);
  context.stroke();
}

// The powers of ten between two values, and what lies between these.
export function within(low, high) {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i));
  const all = decades.flatMap((decade) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => n * decade));
  return all.filter((value) => value >= low && value <= high);
}

export function drawAxes(context, grid, { xs, ys, symbol }, look) {
  const { left, top, width, height } = grid;
  const below = top + height;
  context.font = FONT;
  for (const [value, words] of powers(xs[0], xs.at(-1), width / 50))
    write(context, words, grid.place([value, ys[0]])[0], below + 8, "center", "top", look.muted);
  pen(context, look.muted, 1);
  for (const value of within(xs[0], xs.at(-1))) {
    const x = Math.round(grid.place([value, ys[0]])[0]) + 0.5;
    rule(context, x, below, x, below + (Number.isInteger(Math.log10(value)) ? 6 : 3));
  }
  if (symbol)
    for (const [value, words] of ticks(ys[0], ys.at(-1), height / 36))
      write(context, words, left - 5, grid.place([xs[0], value])[1], "right", "middle", look.muted);
  write(context, "learning rate η", left + width / 2, below + 38, "center", "bottom", look.text);
  write(context, symbol, 4, top + height / 2, "left", "middle", look.text);
}

// `own` are the pairs that the lab has now, each with its colour; `cursor` is a cell or null.
export function drawMarks(context, grid, facts, look, own, cursor) {
  const { ys, best, limit, theory } = facts;
  context.save();
  clipTo(context, grid.left, grid.top, grid.width, grid.height);
  if (limit.length) {
    context.beginPath();
    if (ys.length > 1) ys.forEach((value, j) => context.lineTo(...grid.place([limit[j], value])));
    else for (const y of [0, grid.height]) context.lineTo(grid.place([limit[0], 0])[0], grid.top + y);
    pen(context, colorsOf(facts, look).theory, 2);
    context.stroke();
  }
  if (theory) star(context, ...grid.place(theory), 7, look.star, look.starEdge);
  if (best) ring(context, ...grid.place(best), 6, look.text, look.background);
  for (const { pair, color } of own) disc(context, ...grid.place(pair), 5.5, color, look.background);
  if (cursor) {
    pen(context, look.text, 1.5);
    context.strokeRect(...grid.corner(cursor), ...grid.cell);
  }
  context.restore();
}

function ring(context, x, y, radius, color, edge) {
  for (const [width, stroke] of [[4.5, edge], [2, color]]) {
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    pen(context, stroke, width);
    context.stroke();
  }
}

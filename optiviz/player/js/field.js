// What lies on the plane: level bands, contours and axes, and the contours of a batch.

import { batchSurface } from "./batch.js";
import { fillBands, hatch, hidden, march, resample } from "./ground.js";
import { clipTo, pen, star, write } from "./marks.js";
import { blend, ticks } from "./numbers.js";

const CELL = 3; // pixels between the points at which the ground is known

// Points of the canvas, `cell` pixels apart, and where they lie on the plane.
function grid(plane, cell) {
  const { left, top, width, height } = plane.box;
  const px = Array.from({ length: Math.ceil(width / cell) + 1 }, (_, i) => left + i * cell);
  const py = Array.from({ length: Math.ceil(height / cell) + 1 }, (_, i) => top + i * cell);
  const us = px.map((x) => plane.at(x, 0)[0]);
  const vs = py.map((y) => plane.at(0, y)[1]);
  return { px, py, us, vs };
}

export function layGround(plane, context) {
  const { ground, look, batched } = plane.player;
  const { drawing } = ground;
  const { left, top } = plane.box;
  const { px, py, us, vs } = grid(plane, CELL);
  const values = resample(ground, us, vs);
  const cell = Math.round(CELL * plane.dense);
  const size = [px.length, py.length, cell];
  const image = fillBands(values, ...size, batched ? look.faint : look.bands);
  if (ground.undefined) {
    const nowhere = hidden(ground, us, vs);
    const ink = blend(look.muted, look.background, 0.45);
    hatch(image, nowhere, ...size, [look.background, ink], [8 * plane.dense, plane.dense].map(Math.round));
    nowhere.forEach((share, k) => share > 0.5 && (values[k] = NaN)); // no lines there
  }
  const tile = document.createElement("canvas");
  Object.assign(tile, { width: image.width, height: image.height });
  tile.getContext("2d").putImageData(image, 0, 0);
  context.save();
  plane.clip(context);
  const [[l, r], [b, t]] = ground.extent; // nothing is known of what lies beyond
  clipTo(context, plane.x(l), plane.y(t), (r - l) / plane.unit, (t - b) / plane.unit);
  context.imageSmoothingEnabled = cell !== CELL * plane.dense;
  context.drawImage(tile, left, top, (px.length - 1) * CELL, (py.length - 1) * CELL);
  context.beginPath();
  const levels = Array.from({ length: ground.levels - 1 }, (_, i) => i + 1);
  march(context, values, px, py, levels);
  pen(context, look.contour, 0.8);
  context.globalAlpha = batched ? drawing.faintContour : drawing.contour;
  context.stroke();
  context.restore();
}

export function layAxes(plane, context) {
  const { ground, look, scale } = plane.player;
  const { left, top, width, height } = plane.box;
  const [horizontal, vertical] = plane.view;
  context.font = plane.font(11);
  for (const [value, words] of ticks(...horizontal, width / (80 * scale))) {
    const last = plane.width - context.measureText(words).width / 2; // or its end would be cut off
    write(context, words, Math.min(plane.x(value), last), top + height + 5, "center", "top", look.muted);
  }
  for (const [value, words] of ticks(...vertical, height / (60 * scale)))
    if (plane.y(value) > top + 22 * scale)
      write(context, words, left - 6, plane.y(value), "right", "middle", look.muted);
  context.font = plane.font(12.5, "italic");
  const inside = context.measureText(ground.axes[1]).width > left - 8; // there is no room for it beside
  const [end, side] = inside ? [left + 8, "left"] : [left - 8, "right"];
  plane.taken = inside ? 1 : 0; // rows of the upper left corner
  write(context, ground.axes[1], end, top + 9 * scale, side, "middle", look.text);
  write(context, ground.axes[0], left + width / 2, plane.height - 1, "center", "bottom", look.text);
}

export function drawBatch(plane, context) {
  const { player } = plane;
  const { look, ground } = player;
  const key = `${player.step} ${plane.view}`;
  if (plane.surface?.key !== key) {
    const surface = batchSurface(ground.samples, player.batch());
    const { px, py, us, vs } = grid(plane, Math.max(plane.box.width / ground.drawing.batch, 4));
    const values = new Float32Array(us.length * vs.length);
    vs.forEach((v, j) => us.forEach((u, i) => (values[j * us.length + i] = surface.value(u, v))));
    plane.surface = { key, px, py, values, least: surface.least };
  }
  const { px, py, values, least } = plane.surface;
  context.beginPath();
  march(context, values, px, py, ground.batchLevels);
  pen(context, look.batch, 1.5 * player.scale);
  context.stroke();
  if (least)
    star(context, plane.x(least[0]), plane.y(least[1]), 8 * player.scale, look.background, look.accent);
}

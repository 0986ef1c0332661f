// The arrows at a run's head: its velocity, what it carries on of it, and the gradient's push.

import { keysOf } from "./drawn.js";
import { keepsVelocity } from "./formulas.js";
import { arrow } from "./marks.js";
import { clamp } from "./numbers.js";
import { headOf } from "./trails.js";

// The arrows to draw at step t: what each is, where it begins beside the head, and its vector.
export function arrowsOf(run, t, shows) {
  const lr = run.lr[Math.min(t, run.steps)];
  const [x, y] = run.mx ? [run.mx, run.my] : [run.gx, run.gy]; // clipped, or with a penalty's
  const push = [-lr * x[t], -lr * y[t]];
  const coming = t < run.steps ? [run.vx[t + 1], run.vy[t + 1]] : push;
  const carried = [coming[0] - push[0], coming[1] - push[1]];
  const none = [0, 0];
  const found = [];
  if (shows.velocity) found.push(["velocity", none, [run.vx[t], run.vy[t]]]);
  if (shows.carried) found.push(["carried", none, carried]);
  if (shows.gradient) found.push(["gradient", shows.carried ? carried : none, push]);
  return found;
}

// What is to be seen: where nothing is carried on, velocity and push are one kind of arrow, and
// where no more than the paths is known, there is no push.
const shown = ({ shows, facts: { plain, pathsOnly } }) => {
  if (pathsOnly) return { ...shows, carried: false, gradient: false };
  return plain ? { ...shows, velocity: false, gradient: shows.gradient || shows.velocity } : shows;
};

// The arrows that are to be seen of a run, in pixels.
function vectorsOf({ player, factor, unit }, run) {
  const [x, y] = headOf(run, player.time);
  const per = factor / unit;
  const shows = shown(player);
  const own = { ...shows, carried: shows.carried && keepsVelocity(run) };
  return arrowsOf(run, Math.min(player.step, run.steps), own).map(([kind, [tu, tv], [u, v]]) => ({
    run, kind, vector: [x + tu * per, y - tv * per, u * per, -v * per],
  }));
}

const SHORT = 14; // pixels: an arrow within its head, at which nobody can point

// The arrow at a point of the canvas, as its run and its kind; null for none.
export function arrowAt(plane, px, py, reach = 7) {
  const away = ({ vector: [x, y, dx, dy] }) => {
    const share = clamp(((px - x) * dx + (py - y) * dy) / (dx * dx + dy * dy), 0, 1);
    return Math.hypot(px - x - share * dx, py - y - share * dy);
  };
  const long = ({ vector: [x, y, dx, dy] }) =>
    Math.hypot(dx, dy) > SHORT && Math.hypot(px - x, py - y) > SHORT / 2;
  const all = plane.player.runs.flatMap((run) => vectorsOf(plane, run));
  return all.findLast((one) => long(one) && away(one) < reach) ?? null;
}

export function drawArrows(plane, context, run) {
  const { player } = plane;
  const { look, scale, facts, lit } = player;
  const own = player.colorOf(run);
  const gradient = facts.plain ? own : look.muted;
  const colors = { velocity: own, carried: look.accent, gradient };
  for (const { kind, vector } of vectorsOf(plane, run)) {
    const thick = lit?.run === run && lit.kind === kind ? 6 : 3;
    arrow(context, ...vector, colors[kind], thick * scale, look.background);
  }
}

// What the arrows are, and which contours are the batch's.
export function drawNotes(plane, context) {
  const { player } = plane;
  const { look, runs, scale, facts } = player;
  const shows = shown(player);
  const { left, top, width } = plane.box;
  const { times } = facts;
  const only = runs.length === 1 ? player.colorOf(runs[0]) : look.text;
  const rows = keysOf(player);
  if (shows.velocity) rows.push([`→ velocity${times}`, only]);
  if (shows.carried && runs.some(keepsVelocity)) rows.push([`→ β · velocity${times}`, look.accent]);
  const [push, color] = facts.plain ? [facts.plain, only] : ["−η · gradient", look.muted];
  if (shows.gradient) rows.push([`→ ${push}${times}`, color]);
  const gap = 19 * scale;
  rows.forEach(([words, color], i) =>
    plane.note(context, words, left + width - 8, top + 14 + i * gap, "right", color),
  );
  const at = (row) => top + 14 + (plane.taken + row) * gap;
  const { undefined: nowhere } = player.ground;
  if (nowhere) plane.note(context, nowhere, left + 8, at(0), "left", look.muted);
  if (!player.batched || !shows.batch) return;
  const size = player.batch().length;
  plane.note(context, `this batch of ${size}`, left + 8, at(0), "left", look.accent);
  plane.note(context, `all ${player.ground.samples.count} samples`, left + 8, at(1), "left", look.muted);
}

// The paths: a trail that thins towards its beginning, a head, and where a run ended too soon.

import { disc, marker, pen } from "./marks.js";
import { clamp } from "./numbers.js";

// A line through the points `from` to `last`, and on to a place between two of them.
export function line(context, points, last, from = 0, to = null) {
  context.beginPath();
  context.moveTo(points[2 * from], points[2 * from + 1]);
  for (let i = from + 1; i <= last; i++) context.lineTo(points[2 * i], points[2 * i + 1]);
  if (to) context.lineTo(...to);
  context.stroke();
}

// Where a run's head is, between two steps while time runs.
export function headOf(run, time) {
  const t = Math.min(Math.floor(time), run.steps);
  const share = t < run.steps ? time - t : 0;
  const [p, i] = [run.pixels, 2 * t];
  if (!share) return [p[i], p[i + 1]];
  return [p[i] + (p[i + 2] - p[i]) * share, p[i + 1] + (p[i + 3] - p[i + 1]) * share];
}

// The young segments of a path, each with the step that it leaves and its share of the width.
export function tailOf(run, time, { tail, rest }) {
  const now = Math.min(time, run.steps);
  const found = [];
  for (let i = Math.max(0, Math.ceil(now) - tail); i <= Math.floor(now); i++)
    found.push([i, 1 - (1 - rest) * clamp((now - i) / tail, 0, 1)]);
  return found;
}

export function drawTrail(plane, context, run) {
  const { player } = plane;
  const { look, scale, ground } = player;
  const { rest, halo } = ground.drawing;
  const color = player.colorOf(run);
  const t = Math.min(Math.floor(player.time), run.steps);
  const head = headOf(run, player.time);
  const points = run.pixels;
  const width = 3.2 * run.weight * scale;
  const dash = run.dash.map((d) => d * rest * width);
  context.lineCap = "round";
  context.lineJoin = "bevel"; // of the halo, whose corners nobody sees
  context.globalAlpha = halo;
  pen(context, look.background, rest * width + 2.4 * scale);
  line(context, points, t, 0, head);
  context.globalAlpha = 1;
  context.lineJoin = "round";
  context.lineCap = "butt";
  pen(context, color, rest * width, dash);
  line(context, points, t, 0, head);
  context.lineCap = "round";
  for (const [i, share] of tailOf(run, player.time, ground.drawing)) {
    pen(context, color, share * width);
    line(context, points, i, i, i < t ? [points[2 * i + 2], points[2 * i + 3]] : head);
  }
  disc(context, points[0], points[1], 4 * scale, look.background, color, 2);
}

export function drawHead(plane, context, run) {
  const { player } = plane;
  const { look, scale } = player;
  const [x, y] = headOf(run, player.time);
  marker(context, run.head, x, y, 5 * scale, player.colorOf(run), look.background);
  if (player.hover !== null && player.hover <= run.steps) {
    const i = 2 * player.hover;
    disc(context, run.pixels[i], run.pixels[i + 1], 6 * scale, look.background, player.colorOf(run), 3 * scale);
  }
  if (run.divergedAt >= 0 && player.time >= run.steps) drawEnding(plane, context, run);
}

// Where a path crosses the edge of the box on its way out, a little within it.
export function leaving(points, steps, { left, top, width, height }) {
  const [right, bottom] = [left + width, top + height];
  const within = (i) => {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    return x >= left && x <= right && y >= top && y <= bottom;
  };
  let last = steps;
  while (last > 0 && !within(last)) last--;
  const [x0, y0] = [points[2 * last], points[2 * last + 1]];
  const next = Math.min(last + 1, steps);
  const [dx, dy] = [points[2 * next] - x0, points[2 * next + 1] - y0];
  const shares = [(left - x0) / dx, (right - x0) / dx, (top - y0) / dy, (bottom - y0) / dy];
  const share = Math.min(1, ...shares.filter((s) => s >= 0));
  return [
    clamp(x0 + dx * share, left + 12, right - 12),
    clamp(y0 + dy * share, top + 12, bottom - 12),
  ];
}

// A cross where a run ended before its time; the verdict beside its name says why.
function drawEnding(plane, context, run) {
  const { player } = plane;
  const [x, y] = leaving(run.pixels, run.steps, plane.box);
  context.font = plane.font(15, "bold");
  context.textAlign = "center";
  context.textBaseline = "middle";
  pen(context, player.look.background, 3);
  context.strokeText("✕", x, y);
  context.fillStyle = player.colorOf(run);
  context.fillText("✕", x, y);
}

// What a rule has to be drawn beside its path: further trails, places it tried, circles, arrows.

import { arrow, cross, disc, pen, rule, write } from "./marks.js";
import { number } from "./numbers.js";
import { headOf, line } from "./trails.js";

const AWAY = 13; // pixels from a head to its letter
const SEEN = 5; // pixels of a radius, from which on it has a letter
const DOTS = [2, 2.2]; // on and off, in pixels
const ROUND = 72; // corners of a circle

const nowOf = (player, run) => Math.min(player.step, run.steps);
const colorOf = (player, { colors }) => colors[player.look.isDark ? 1 : 0];
export const inkOf = (player, { inks }) => inks[player.look.isDark ? 1 : 0];

// An array of a mark: that of the name, which Python sent among its run's.
const column = (run, nth, name) => run[`drawn${nth}.${name}`];

// What each mark is, each once, and its colour.
export function keysOf(player) {
  const told = new Map();
  const several = player.runs.filter(({ drawn }) => drawn?.length).length > 1;
  for (const run of player.runs)
    for (const one of run.drawn ?? [])
      told.set(`${one.sign} ${one.words}`, several ? player.look.text : inkOf(player, one));
  return [...told];
}

// The points of a further trail in pixels, as those of a run.
function pixelsOf(plane, points) {
  const found = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 2)
    [found[i], found[i + 1]] = [plane.x(points[i]), plane.y(points[i + 1])];
  return found;
}

const KINDS = { tried: drawTried, pull: drawPull, oval: drawOval };

// What lies below the paths, and what lies above them.
export function drawWays(plane, context, run) {
  for (const [nth, one] of (run.drawn ?? []).entries())
    if (one.kind === "way") drawWay(plane, context, run, one, (name) => column(run, nth, name));
}

export function drawMarks(plane, context, run) {
  for (const [nth, one] of (run.drawn ?? []).entries())
    KINDS[one.kind]?.(plane, context, run, one, (name) => column(run, nth, name));
  drawWayHeads(plane, context, run);
}

function drawWay(plane, context, run, one, of) {
  const { player } = plane;
  const { look, scale, ground, time } = player;
  const way = { pixels: pixelsOf(plane, of("points")), steps: run.steps };
  const last = Math.min(Math.floor(time), run.steps);
  const head = headOf(way, time);
  context.globalAlpha = ground.drawing.halo;
  pen(context, look.background, 4 * scale);
  line(context, way.pixels, last, 0, head);
  context.globalAlpha = 1;
  pen(context, colorOf(player, one), 2.2 * scale, DOTS.map((d) => d * scale));
  line(context, way.pixels, last, 0, head);
}

// The heads of the trails, each with its letter on the outer side.
function drawWayHeads(plane, context, run) {
  const { player } = plane;
  const { look, scale } = player;
  const ways = (run.drawn ?? [])
    .map((one, nth) => ({ one, nth }))
    .filter(({ one }) => one.kind === "way")
    .map(({ one, nth }) => {
      const pixels = pixelsOf(plane, column(run, nth, "points"));
      return { one, head: headOf({ pixels, steps: run.steps }, player.time) };
    });
  const middle = [0, 1].map((k) => ways.reduce((sum, { head }) => sum + head[k], 0) / ways.length);
  for (const { one, head } of ways) {
    let [dx, dy] = [head[0] - middle[0], head[1] - middle[1]];
    if (Math.hypot(dx, dy) < 1) [dx, dy] = one.role === "accent" ? [-1, -1] : [1, 1];
    const far = (AWAY * scale) / Math.hypot(dx, dy);
    disc(context, ...head, 4 * scale, look.background, colorOf(player, one), 2 * scale);
    letter(plane, context, one.letter, head[0] + dx * far, head[1] + dy * far, inkOf(player, one));
  }
}

function letter(plane, context, words, x, y, color) {
  context.font = `italic ${plane.font(13)}`;
  context.lineJoin = "round";
  pen(context, plane.player.look.background, 4);
  Object.assign(context, { textAlign: "center", textBaseline: "middle" });
  context.strokeText(words, x, y);
  write(context, words, x, y, "center", "middle", color);
}

// The steps whose crosses stay to be seen, at most so many.
function stays(tips, many, most) {
  const steps = Array.from({ length: tips.length / (2 * many) }, (_, t) => t);
  const found = steps.filter((t) => tips.slice(2 * t * many, 2 * (t + 1) * many).some(Number.isFinite));
  const every = Math.ceil(found.length / most);
  return found.filter((_, i) => i % every === 0);
}

// Where a run's gradient was clipped: the steps whose crosses stay, and their colour.
export function clippedOf(player, run) {
  const nth = (run.drawn ?? []).findIndex(({ words }) => words === "gradient clipped");
  if (nth < 0) return { steps: [] };
  const one = run.drawn[nth];
  const steps = stays(column(run, nth, "tips"), one.many, player.ground.drawing.tried);
  return { steps, color: colorOf(player, one) };
}

function drawTried(plane, context, run, one, of) {
  const { player, factor } = plane;
  const { look, scale, ground } = player;
  const [now, tips, color] = [nowOf(player, run), of("tips"), colorOf(player, one)];
  const steps = one.crossed ? stays(tips, one.many, ground.drawing.tried).filter((t) => t < now) : [];
  for (const t of [...steps, now])
    for (let i = t * one.many; i < (t + 1) * one.many; i++) {
      if (Number.isNaN(tips[2 * i])) continue;
      const [x, y] = [plane.x(run.x[t]), plane.y(run.y[t])];
      const longer = one.longer ? factor : 1;
      const tip = [
        x + (plane.x(tips[2 * i]) - x) * longer,
        y + (plane.y(tips[2 * i + 1]) - y) * longer,
      ];
      const strong = t === now;
      pen(context, color, (strong ? 1.8 : 1.2) * scale, one.crossed ? DOTS.map((d) => d * scale) : []);
      rule(context, x, y, ...tip);
      const size = (strong ? 4.5 : 2.6) * scale;
      if (!one.crossed) disc(context, ...tip, size, look.background, color, 1.6 * scale);
      else cross(context, ...tip, size, color);
    }
}

function drawPull(plane, context, run, one, of) {
  const { player, factor, unit } = plane;
  const i = 2 * nowOf(player, run);
  const [at, vector] = [of("at"), of("vector")];
  if (Number.isNaN(vector[i])) return;
  const [dx, dy] = [(vector[i] * factor) / unit, (-vector[i + 1] * factor) / unit];
  const from = [plane.x(at[i]), plane.y(at[i + 1])];
  arrow(context, ...from, dx, dy, colorOf(player, one), 3 * player.scale, player.look.background);
}

function drawOval(plane, context, run, one, of) {
  const { player, unit, box } = plane;
  const { scale } = player;
  const now = nowOf(player, run);
  const [middle, axes, color] = [of("middle"), of("axes"), colorOf(player, one)];
  const share = one.share ? one.share * Math.min(box.width, box.height) : 1 / unit;
  const [a, b, c, d] = [0, 1, 2, 3].map((k) => axes[4 * now + k] * share);
  const long = Math.max(Math.hypot(a, c), Math.hypot(b, d));
  if (!(long > 0)) return;
  const [x, y] = one.letter ? [plane.x(middle[2 * now]), plane.y(middle[2 * now + 1])] : headOf(run, player.time);
  context.beginPath();
  for (let i = 0; i <= ROUND; i++) {
    const [cos, sin] = [Math.cos((2 * Math.PI * i) / ROUND), Math.sin((2 * Math.PI * i) / ROUND)];
    context.lineTo(x + a * cos + b * sin, y - (c * cos + d * sin));
  }
  pen(context, color, 2 * scale);
  context.fillStyle = `${color}29`; // a sixth of it
  if (!one.letter) context.fill();
  context.stroke();
  if (!one.letter) return;
  const [u, v] = clear(plane, run, x, y, long);
  pen(context, color, 1.4 * scale, DOTS.map((e) => e * scale));
  rule(context, x, y, x + long * u, y + long * v);
  if (long < SEEN * scale) return;
  const words = `${one.letter} = ${number(axes[4 * now], 2)}`;
  letter(plane, context, words, x + (long + 32 * scale) * u, y + (long + 12 * scale) * v, inkOf(player, one));
}

// The direction from a point in which a place so far away is on the canvas and furthest from a path.
function clear({ box }, run, x, y, long) {
  const { left, top, width, height } = box;
  let best = null;
  for (let turn = 0; turn < 16; turn++) {
    const [u, v] = [Math.cos((turn * Math.PI) / 8), Math.sin((turn * Math.PI) / 8)];
    const [px, py] = [x + (long + 24) * u, y + (long + 24) * v];
    let near = Infinity;
    for (let t = 0; t <= run.steps; t++)
      near = Math.min(near, Math.hypot(run.pixels[2 * t] - px, run.pixels[2 * t + 1] - py));
    const out = px < left + 40 || px > left + width - 40 || py < top + 12 || py > top + height - 12;
    const worth = near - (out ? 1e4 : 0);
    if (!best || worth > best.worth) best = { worth, along: [u, v] };
  }
  return best.along;
}

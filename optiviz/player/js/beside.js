// Runs beside those that are set: thin lines, some with a letter and a name at the head.

import { disc, pen, write } from "./marks.js";
import { clamp } from "./numbers.js";
import { headOf, line } from "./trails.js";

const [THIN, NAMED, LIT] = [1.1, 1.9, 3]; // pixels that lines are wide: plain, with a letter, pointed at
const RADIUS = 8; // pixels of the disc with the letter
const ROW = 20; // pixels from a name to the next

// The lines, as far as time has run.
export function drawBeside(plane, context) {
  const { player } = plane;
  const { look, scale, time } = player;
  context.lineJoin = "round";
  for (const run of player.beside) {
    const last = Math.min(Math.floor(time), run.steps);
    const width = (run.lit ? LIT : run.letter ? NAMED : THIN) * scale;
    if (run.letter || run.lit) trace(plane, context, run, last, [look.background, width + 2 * scale, []]);
    trace(plane, context, run, last, [player.colorOf(run), width, run.dash.map((d) => d * width)]);
  }
}

function trace({ player }, context, run, last, how) {
  context.globalAlpha = how[0] === player.look.background ? player.ground.drawing.halo : 1;
  pen(context, ...how);
  line(context, run.pixels, last, 0, headOf(run, player.time));
  context.globalAlpha = 1;
}

// Where names stand beside their heads: within the box, none on another or on what is to be seen.
export function placed(heads, seen, { left, top, width, height }, scale) {
  const [row, gap] = [ROW * scale, (RADIUS + 6) * scale];
  const taken = seen.map(([x, y]) => ({ y, from: x - gap, wide: 2 * gap }));
  return heads.map(({ x, y, wide }) => {
    const from = x + gap + wide < left + width ? x + gap : x - gap - wide;
    const beside = (other) => from + wide <= other.from || other.from + other.wide <= from;
    const over = (place) => taken.some((other) => Math.abs(other.y - place) < row && !beside(other));
    const within = clamp(y, top + row / 2, top + height - row / 2);
    const rows = [0, -1, 1, -2, 2, -3, 3].map((n) => within + n * row);
    const free = rows.find((place) => place > top && place < top + height && !over(place)) ?? within;
    taken.push({ y: free, from, wide });
    return { x: from, y: free };
  });
}

// The letters at the heads, each with what tells its run from those that are set.
export function drawLetters(plane, context) {
  const { player, box } = plane;
  const { look, scale, time } = player;
  const named = player.beside.filter(({ letter, lit }) => letter || lit);
  const heads = named.map((run) => {
    const [x, y] = headOf(run, time);
    context.font = plane.font(11.5, "500");
    const inside = [clamp(x, box.left, box.left + box.width), clamp(y, box.top, box.top + box.height)];
    return { x: inside[0], y: inside[1], wide: context.measureText(run.label).width + 6 };
  });
  const goals = player.ground.minima.map(([u, v]) => [plane.x(u), plane.y(v)]);
  const seen = [...goals, ...player.runs.map((run) => headOf(run, time)), ...heads.map(({ x, y }) => [x, y])];
  const places = placed(heads, seen, box, scale);
  named.forEach((run, i) => {
    const { x, y } = heads[i];
    if (run.label !== run.letter) plane.note(context, run.label, places[i].x + 3, places[i].y, "left", look.text);
    if (!run.letter) return;
    disc(context, x, y, RADIUS * scale, look.background, player.colorOf(run), 2 * scale);
    context.font = plane.font(10.5, "bold");
    write(context, run.letter, x, y + 0.5 * scale, "center", "middle", look.text);
  });
}

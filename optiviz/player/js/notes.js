// What is said of moments of the runs: words beside the path, for a while and again at the end.

import { disc, rule, pen, write } from "./marks.js";

const WIDE = 22; // letters in a row, at most
const SIDES = [[1, -1], [1, 1], [-1, -1], [-1, 1], [0, -1], [0, 1]];
const RINGS = [1.1, 2.2, 3.6, 5.4]; // rows of letters between a point and its words

// How opaque a note is at a time: it appears at its step, stays and fades, and stands at the end.
export function opacity({ step }, time, steps, { stays, fades }) {
  if (time < step) return 0;
  if (time >= steps) return 1;
  const age = (time - step) / Math.max(steps, 1);
  return Math.min(Math.max(1 - (age - stays) / fades, 0), 1);
}

// Words in rows that are no longer than `most` letters, where their spaces allow it.
export function wrapped(words, most = WIDE) {
  const rows = [""];
  for (const word of words.split(" ")) {
    const longer = `${rows.at(-1)} ${word}`.trim();
    if (longer.length > most && rows.at(-1)) rows.push(word);
    else rows[rows.length - 1] = longer;
  }
  return rows;
}

const overlap = (a, b) =>
  Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) *
  Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));

// The box, as left, top, right and bottom, beside a point and within a frame that covers least.
export function place([x, y], [width, height], [left, top, right, bottom], taken, row) {
  let best = null;
  for (const [nth, ring] of RINGS.entries())
    for (const [u, v] of SIDES) {
      const middle = [x + u * (ring * row + width / 2), y + v * (ring * row + height / 2)];
      const x0 = Math.max(left, Math.min(middle[0] - width / 2, right - width));
      const y0 = Math.max(top, Math.min(middle[1] - height / 2, bottom - height));
      const box = [x0, y0, x0 + width, y0 + height];
      const cost = nth + taken.reduce((sum, other) => sum + overlap(box, other), 0);
      if (!best || cost < best.cost) best = { box, cost };
    }
  return best.box;
}

export function drawSaid(plane, context) {
  const { player, box } = plane;
  const { look, scale, facts, time, steps, ground } = player;
  const row = 15 * scale;
  const around = (x, y) => [x - row, y - row, x + row, y + row];
  const taken = ground.minima.map(([u, v]) => around(plane.x(u), plane.y(v)));
  const frame = [box.left + 4, box.top + 4, box.left + box.width - 4, box.top + box.height - 4];
  context.font = plane.font(13, "500");
  for (const note of facts.notes) {
    const rows = wrapped(note.words);
    const width = Math.max(...rows.map((words) => context.measureText(words).width));
    const [x, y] = [plane.x(note.x), plane.y(note.y)];
    const heads = player.runs.map(({ pixels, steps: last }) => {
      const i = 2 * Math.min(note.step, last);
      return around(pixels[i], pixels[i + 1]);
    });
    const size = [width + 6, rows.length * row + 4];
    const found = place([x, y], size, frame, [...taken, ...heads, around(x, y)], row);
    taken.push(found);
    context.globalAlpha = opacity(note, time, steps, ground.drawing);
    if (!context.globalAlpha) continue;
    disc(context, x, y, 7 * scale, "transparent", look.text, 1.5);
    pen(context, look.text, 1.2);
    const [nx, ny] = [Math.max(found[0], Math.min(x, found[2])), Math.max(found[1], Math.min(y, found[3]))];
    const far = Math.hypot(nx - x, ny - y);
    if (far > 7 * scale) rule(context, x + ((nx - x) / far) * 7 * scale, y + ((ny - y) / far) * 7 * scale, nx, ny);
    pen(context, look.background, 4);
    for (const [i, words] of rows.entries()) {
      const at = [found[0] + 3, found[1] + 2 + (i + 0.5) * row];
      Object.assign(context, { textAlign: "left", textBaseline: "middle" });
      context.strokeText(words, ...at);
      write(context, words, ...at, "left", "middle", look.text);
    }
  }
  context.globalAlpha = 1;
}

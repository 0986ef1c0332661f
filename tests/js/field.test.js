import assert from "node:assert/strict";
import { test } from "node:test";

import { Plane } from "../../optiviz/player/js/plane.js";
import { canvas, descent, GROUND, player, strokes, texts } from "./canvas.js";

const near = (a, b, by = 1e-3) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);

// L = u / 2 + 3 in levels: level 2 at u = -2, level 3 at 0, level 4 at 2.
const slope = {
  ...GROUND,
  points: 13,
  levels: 6,
  heights: Uint16Array.from({ length: 169 }, (_, k) => Math.round((65535 * (k % 13)) / 12)),
};
const look = (bands, faint) => ({ ...player().look, bands, faint });
const BANDS = [0, 1, 2, 3, 4, 5].map((n) => `#ff${n}000`);
const FAINT = [0, 1, 2, 3, 4, 5].map((n) => `#00${n}0ff`);

function laid(facts = {}) {
  const of = player([descent()], { ground: slope, look: look(BANDS, FAINT), ...facts });
  const plane = new Plane(of, canvas());
  plane.draw();
  return plane;
}

// The bands as they were put on a canvas of their own: what colour lies at a point of the plane.
function colorAt(plane, u, v) {
  const [, [tile]] = plane.still.context.calls.find(([name]) => name === "drawImage");
  const [, [image]] = tile.context.calls.find(([name]) => name === "putImageData");
  const [x, y] = [plane.x(u) - plane.box.left, plane.y(v) - plane.box.top].map(Math.floor);
  const bytes = image.data.slice(4 * (y * image.width + x), 4 * (y * image.width + x) + 3);
  return "#" + [...bytes].map((c) => c.toString(16).padStart(2, "0")).join("");
}

test("the bands lie where their heights are, paler below a batch", () => {
  const [plane, batched] = [laid(), laid({ batched: true, shows: {} })];
  for (const [u, band] of [[-2.9, 1], [-2.1, 1], [-1.9, 2], [-0.1, 2], [0.1, 3], [1.9, 3], [2.1, 4]])
    for (const v of [-1.9, 1.9]) {
      assert.equal(colorAt(plane, u, v), BANDS[band]);
      assert.equal(colorAt(batched, u, v), FAINT[band]);
    }
});

test("the contours lie between the bands", () => {
  const plane = laid();
  const [lines] = strokes(plane.still.context);
  const xs = new Set(lines.points.map(([x]) => Math.round(plane.at(x, 0)[0] * 1e3) / 1e3));
  assert.deepEqual([...xs].sort((a, b) => a - b), [-2, 0, 2]);
});

test("the numbers stand at their values, left and below", () => {
  const plane = laid();
  const { left, top, height } = plane.box;
  const found = texts(plane.still.context);
  const number = ({ words }) => Number(words.replace("−", "-"));
  const below = found.filter(({ y }) => y === top + height + 5);
  const beside = found.filter(({ x }) => x === left - 6);
  assert.ok(below.length > 2 && beside.length > 1);
  for (const label of below) near(label.x, plane.x(number(label)));
  for (const label of beside) near(label.y, plane.y(number(label)));
  assert.deepEqual(found.slice(-2).map(({ words }) => words), ["w₂", "w₁"]);
});

test("the minimum's star is at the minimum", () => {
  const plane = laid({ ground: { ...slope, minima: [[1, -1]] } });
  const [[x, y]] = strokes(plane.context).find(({ points }) => points.length === 10).points;
  near(x, plane.x(1));
  near(y, plane.y(-1) - 8);
});

test("a saddle is crossed out", () => {
  const plane = laid({ ground: { ...slope, minima: [], saddles: [[-1, 0.5]] } });
  const { text } = plane.player.look;
  const crosses = strokes(plane.context).filter(({ points, color }) => points.length === 2 && color === text);
  assert.ok(crosses.length >= 2);
  for (const { points: [[x0, y0], [x1, y1]] } of crosses.slice(-2)) {
    near((x0 + x1) / 2, plane.x(-1));
    near((y0 + y1) / 2, plane.y(0.5));
  }
});

test("a batch has contours and a minimum of its own, those of the coming step", () => {
  const samples = { kind: "valleys", shape: [2, 0, 2], count: 3, xy: [1, 0.5, 3, 0.5, -1, -1], nowhere: {} };
  const batches = [[0], [0, 1], [2]];
  const of = player([descent()], { batched: true, look: look(BANDS, FAINT), ground: { ...slope, samples, batchLevels: [1] }, shows: { batch: true } });
  of.batch = () => batches[of.step];
  const plane = new Plane(of, canvas());
  [[1, 0.5, 1], [2, 0.5, 0], [-1, -1, 1]].forEach(([u, v, radius], t) => {
    of.time = t;
    plane.context.calls.length = 0;
    plane.draw();
    const ring = strokes(plane.context).find(({ color }) => color === "#bb00bb" && color);
    if (radius) assert.ok(ring.points.length > 20);
    for (const [x, y] of ring?.points ?? []) {
      const [a, b] = plane.at(x, y);
      near(Math.hypot(a - u, b - v), radius, 0.06);
    }
    const star = strokes(plane.context).find(({ points, color }) => points.length === 10 && color === "#aa00aa");
    near(star.points[0][0], plane.x(u));
    near(star.points[0][1], plane.y(v) - 8);
    const words = texts(plane.context).map(({ words }) => words);
    assert.deepEqual(words, [`this batch of ${batches[t].length}`, "all 3 samples"]);
  });
});

test("the ground is hatched where it is undefined, without contours, and a word says so", () => {
  const nowhere = Uint8Array.from({ length: 169 }, (_, k) => (k % 13 < 6 ? 1 : 0)); // u < -0.25
  const plane = laid({ ground: { ...slope, nowhere, undefined: "hatched: undefined" } });
  const seen = new Set();
  for (let u = -2.9; u < -0.7; u += 0.05) seen.add(colorAt(plane, u, 0.3));
  assert.deepEqual([...seen].sort(), ["#b4b4b4", "#ffffff"]);
  assert.equal(colorAt(plane, 0.1, 0.3), BANDS[3]);
  const [lines] = strokes(plane.still.context);
  assert.ok(lines.points.every(([x]) => plane.at(x, 0)[0] > -0.3));
  assert.ok(texts(plane.context).some(({ words }) => words === "hatched: undefined"));
  assert.ok(!texts(laid().context).some(({ words }) => words === "hatched: undefined"));
});

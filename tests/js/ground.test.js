import assert from "node:assert/strict";
import { test } from "node:test";

import { cubic, fillBands, hatch, hidden, march, resample } from "../../optiviz/player/js/ground.js";
import { strokes } from "./canvas.js";
import { recorder } from "./page.js";

const near = (a, b, by = 1e-6) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);
const range = (n, from = 0, step = 1) => Array.from({ length: n }, (_, i) => from + i * step);

test("Catmull and Rom's weights", () => {
  const [[rows, half]] = cubic([4.5], 10);
  assert.deepEqual(rows, [3, 4, 5, 6]);
  assert.deepEqual(half, [-0.0625, 0.5625, 0.5625, -0.0625]);
  const [[, quarter]] = cubic([4.25], 10);
  assert.deepEqual(quarter, [-9 / 128, 111 / 128, 29 / 128, -3 / 128]);
  for (const [, weights] of cubic([0, 0.3, 4, 8.99, 9, -2, 12], 10))
    near(weights.reduce((a, b) => a + b), 1, 1e-12);
});

test("a known point keeps its value, and the grid ends at its edges", () => {
  const of = (position) => {
    const [[rows, weights]] = cubic([position], 6);
    return rows.reduce((sum, row, k) => sum + weights[k] * (row * row), 0);
  };
  for (const i of range(6)) near(of(i), i * i, 1e-12);
  for (const t of [1.1, 2.5, 3.9]) near(of(t), t * t, 1e-12); // a parabola is exact inside
  near(of(-3), 0, 1e-12);
  near(of(9), 25, 1e-12);
});

// A ground whose heights are a function of u and v, with 8 points a side.
function ground(value, { extent = [[0, 7], [0, 14]], levels = 20 } = {}) {
  const [[l, r], [b, t]] = extent;
  const heights = range(8).flatMap((j) => range(8).map((i) => value(l + ((r - l) * i) / 7, b + ((t - b) * j) / 7)));
  return { extent, levels, points: 8, heights: Uint16Array.from(heights.map((h) => Math.round((65535 * h) / levels))) };
}

test("heights between the known ones, in levels, rows from the bottom", () => {
  const of = (u, v) => 1 + u + v / 2;
  const [us, vs] = [[0, 2.5, 3.14, 7], [0, 1.7, 9, 14]];
  const values = resample(ground(of), us, vs);
  vs.forEach((v, j) => us.forEach((u, i) => {
    const inner = u >= 1 && u <= 6 && v >= 2 && v <= 12;
    near(values[j * us.length + i], of(u, v), inner ? 1e-3 : 0.08);
  }));
});

// The pieces of the contours of a function at the points (xs, ys).
function contours(value, xs, ys, levels) {
  const context = recorder();
  const values = Float32Array.from(ys.flatMap((y) => xs.map((x) => value(x, y))));
  context.beginPath();
  march(context, values, xs, ys, levels);
  context.stroke();
  const points = strokes(context).flatMap(({ points }) => points);
  return range(points.length / 2).map((i) => [points[2 * i], points[2 * i + 1]]);
}

for (const [name, value, expected] of [
  ["upright", (x) => x, ([x]) => near(x, 2.5)],
  ["level", (_, y) => y / 2, ([, y]) => near(y, 5)],
  ["slanted", (x, y) => x + 0.27 * y, ([x, y]) => near(x + 0.27 * y, 2.5, 1e-5)],
  ["falling", (x, y) => 5 - x + 0.27 * y, ([x, y]) => near(x - 0.27 * y, 2.5, 1e-5)],
])
  test(`the contour of a plane is a line: ${name}`, () => {
    const [xs, ys] = [range(6), range(7, 0, 2)];
    const pieces = contours(value, xs, ys, [2.5]);
    pieces.flat().forEach(expected);
    // In one piece across the whole picture: every end is met by another, but for two at the edge.
    const ends = new Map();
    for (const [x, y] of pieces.flat()) {
      const key = `${x.toFixed(4)} ${y.toFixed(4)}`;
      ends.set(key, (ends.get(key) ?? 0) + 1);
    }
    assert.equal([...ends.values()].filter((n) => n === 1).length, 2);
    assert.ok([...ends.values()].every((n) => n <= 2));
  });

test("contours of a bowl are closed rings at their radii", () => {
  const axis = range(41, -2, 0.1);
  for (const level of [0.5, 1, 2.2]) {
    const pieces = contours((x, y) => x * x + y * y, axis, axis, [level]);
    const ends = new Map();
    let length = 0;
    for (const [[x0, y0], [x1, y1]] of pieces) {
      length += Math.hypot(x1 - x0, y1 - y0);
      for (const [x, y] of [[x0, y0], [x1, y1]]) {
        near(Math.hypot(x, y), Math.sqrt(level), 0.003);
        const key = `${x.toFixed(5)} ${y.toFixed(5)}`;
        ends.set(key, (ends.get(key) ?? 0) + 1);
      }
    }
    assert.ok([...ends.values()].every((n) => n % 2 === 0), "a ring has no loose end");
    near(length, 2 * Math.PI * Math.sqrt(level), 0.05);
  }
});

test("each level has its own contour, and none beyond the heights", () => {
  const pieces = contours((x) => x, range(6), range(3), [-1, 0.5, 1.5, 4.5, 9]);
  assert.deepEqual([...new Set(pieces.flat().map(([x]) => x))].sort(), [0.5, 1.5, 4.5]);
});

test("a pixel has the colour of its band", () => {
  const colors = ["#010203", "#112233", "#445566"];
  const values = Float32Array.from([0, 1, 2, 3, 0, 1, 2, 3, 2, 2, 2, 2]); // two rows of 4, then level 2
  const image = fillBands(values, 4, 3, 4, colors);
  assert.deepEqual([image.width, image.height], [12, 8]);
  const at = (x, y) => "#" + [...image.data.slice(4 * (y * 12 + x), 4 * (y * 12 + x) + 3)].map((c) => c.toString(16).padStart(2, "0")).join("");
  for (const [x, y, color] of [[0, 0, 0], [3, 2, 0], [4, 1, 1], [7, 0, 1], [8, 3, 2], [11, 0, 2], [0, 7, 1], [0, 4, 0], [11, 7, 2]])
    assert.equal(at(x, y), colors[color], `at ${x}, ${y}`);
  assert.ok(image.data.every((c, i) => i % 4 < 3 || c === 255), "nothing shines through");
});

// Undefined left of u = 3, in the middle between two of the points.
const half = { extent: [[0, 6], [0, 6]], points: 3, nowhere: Uint8Array.from([1, 0, 0, 1, 0, 0, 1, 0, 0]) };

test("undefined ground ends half-way between a point in it and one beside it", () => {
  const shares = hidden(half, [0, 1, 1.5, 2, 3, 6], [0, 4]);
  assert.equal(shares.length, 12);
  for (const [k, share] of [1, 2 / 3, 1 / 2, 1 / 3, 0, 0].entries()) {
    near(shares[k], share);
    near(shares[6 + k], share);
  }
});

test("undefined ground is hatched on the page's colour, and nothing else is", () => {
  const image = fillBands(new Float32Array(9), 3, 3, 4, ["#445566"]);
  const nowhere = Float32Array.from([1, 0, 0, 1, 0, 0, 1, 0, 0]);
  hatch(image, nowhere, 3, 3, 4, ["#ffffff", "#112233"], [4, 1]);
  const at = (x, y) => image.data[4 * (y * 8 + x)];
  assert.deepEqual(range(8).map((x) => at(x, 0)), [0x11, 0xff, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44]);
  assert.deepEqual(range(8).map((y) => at(0, y)), [0x11, 0xff, 0xff, 0xff, 0x11, 0xff, 0xff, 0xff]);
});

test("no contour runs through undefined ground", () => {
  const pieces = contours((x, y) => (x < 3 ? NaN : y), range(6), range(6), [2.5]);
  assert.deepEqual(pieces.flat().map(([x]) => x).sort(), [3, 4, 4, 5]);
});

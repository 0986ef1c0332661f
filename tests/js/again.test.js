import assert from "node:assert/strict";
import { test } from "node:test";

import { again, slopesOf } from "../../optiviz/explorer/js/again.js";
import { outcomeOf } from "../../optiviz/explorer/js/outcomes.js";

// Descent whose every step takes x to cx(1 − x): to a point for c = 2, and wildly about for c = 4.
const steps = 60;
const lines = ["w ← w − ηg"];
const run = (c, start, hair) => {
  const points = [start];
  for (let t = 0; t < steps; t++) points.push(c * points[t] * (1 - points[t]));
  const slopes = (x, y) => [x - c * x * (1 - x), y];
  const same = (x, y, t) => Math.abs(x - points[t]) < 1e-5 && Math.abs(y) < 1e-5;
  const lr = new Float64Array(steps + 1).fill(1);
  return again({ lines, still: {}, first: {}, start: [start, 0], hair, lr, steps, slopes, same });
};

test("a run is told for as long as a step that is a hair beside leads to the same place", () => {
  assert.equal(run(2, 0.3, 1e-12).last, steps);
  const { last, columns } = run(4, 0.3, 1e-12);
  assert.ok(last > 10 && last < 30, `${last}`);
  assert.ok(columns.w0.slice(0, last + 1).every(Number.isFinite));
  assert.ok(columns.w0.slice(last + 1).every(Number.isNaN));
});

test("slopes that were written down are computed, and of samples those of the step's batch", () => {
  const slopes = slopesOf({ slopes: [["x"], ["*", 0, 0], [3], [1, 2]] });
  assert.deepEqual(slopes(2, 5), [4, 3]);
  const samples = { kind: "valleys", count: 2, shape: [1, 0, 1], nowhere: {} };
  const ground = { samples, xy: Float64Array.from([0, 0, 2, 4]), groups: null };
  assert.deepEqual(slopesOf(ground)(0, 0, 0), [-1, -2]);
  assert.deepEqual(slopesOf(ground, Int32Array.from([0, 1]), 1)(0, 0, 1), [-2, -4]);
  assert.equal(slopesOf({}), null);
});

test("what came with a run is taken from there, and of the step that ended it made again", () => {
  const place = (name) => ["g", "p"].indexOf(name);
  const sent = { p: [[7], [8]] };
  const found = outcomeOf("p ← (S + εI)^(−½)g", { sent, place, still: { "ε": 1e-30 }, counts: { every: 1 } });
  const kept = {};
  assert.deepEqual(found([[3], [0]], kept, 0), [7, 8]);
  const [u, v] = found([[4], [0]], kept, 1); // 4/√(3² + 4²)
  assert.ok(Math.abs(u - 0.8) < 1e-12 && v === 0, `${u}, ${v}`);
});

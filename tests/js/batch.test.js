import assert from "node:assert/strict";
import { test } from "node:test";

import { batchSurface } from "../../optiviz/player/js/batch.js";

const nowhere = { alike: 1e-12, rounds: 50, flat: 1e-9, far: 50 };
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
const of = (kind, pairs, facts = {}) => ({ kind, xy: Float64Array.from(pairs.flat()), nowhere, ...facts });

test("a straight line through the batch's points alone", () => {
  const samples = of("regression", [[0, 1], [9, 9], [1, 3], [2, 5]]);
  const { value, least } = batchSurface(samples, [0, 2, 3]);
  near(least[0], 2);
  near(least[1], 1);
  near(value(2, 1), 0);
  near(value(0, 0), (1 + 9 + 25) / 3);
  near(value(1, 2), ((2 - 1) ** 2 + (3 - 3) ** 2 + (4 - 5) ** 2) / 3);
});

test("one point has no best line", () => {
  const samples = of("regression", [[0, 1], [2, 5]]);
  assert.equal(batchSurface(samples, [1]).least, null);
  const loose = { ...samples, nowhere: { ...nowhere, alike: 3 } };
  assert.equal(batchSurface(loose, [0, 1]).least, null);
});

test("a mean of valleys", () => {
  const samples = of("valleys", [[1, 0], [-3, 2], [5, 5]], { shape: [2, 0.5, 3] });
  const { value, least } = batchSurface(samples, [0, 1]);
  assert.deepEqual(least, [-1, 1]);
  const one = ([x, y], u, v) => 0.5 * (2 * (u - x) ** 2 + (u - x) * (v - y) + 3 * (v - y) ** 2);
  near(value(0.3, -2), (one([1, 0], 0.3, -2) + one([-3, 2], 0.3, -2)) / 2);
});

const pairs = [[1, 0.5], [-1, 0.5], [0.5, 1], [2, -1], [-0.5, 1]];
const groups = Int32Array.from([1, 0, 0, 1, 1]);

test("two groups: the loss, and its least place has no slope", () => {
  const { value, least } = batchSurface(of("logistic", pairs, { groups }), [0, 1, 2, 3, 4]);
  const loss = (u, v) =>
    pairs.reduce((sum, [x, y], i) => sum + Math.log(1 + Math.exp(-(2 * groups[i] - 1) * (u * x + v * y))), 0) / 5;
  for (const [u, v] of [[0, 0], [1, -2], [-3, 0.5]]) near(value(u, v), loss(u, v));
  assert.ok(value(-1e4, 0) < Infinity);
  for (const [du, dv] of [[1e-3, 0], [-1e-3, 0], [0, 1e-3], [0, -1e-3]])
    assert.ok(value(least[0] + du, least[1] + dv) > value(...least));
});

test("groups that can be told apart have no least place, and the limits are those that were sent", () => {
  const samples = of("logistic", pairs, { groups });
  assert.equal(batchSurface(samples, [0, 1]).least, null);
  for (const change of [{ flat: 1 }, { far: 1e-3 }])
    assert.equal(batchSurface({ ...samples, nowhere: { ...nowhere, ...change } }, [0, 1, 2, 3, 4]).least, null);
  const soon = batchSurface({ ...samples, nowhere: { ...nowhere, rounds: 8 } }, [0, 1, 2, 3, 4]);
  const { least } = batchSurface(samples, [0, 1, 2, 3, 4]);
  least.forEach((value, k) => near(value, soon.least[k]));
  const none = batchSurface({ ...samples, nowhere: { ...nowhere, rounds: 0 } }, [0, 1, 2, 3, 4]);
  assert.deepEqual(none.least, [0, 0]);
});

test("the slopes are those of the loss", () => {
  const facts = { groups, shape: [2, 0.5, 3, 0.7, 1.1] };
  for (const kind of ["regression", "logistic", "valleys", "river", "rare"])
    for (const [u, v] of [[0.3, -0.7], [1.4, -1.2]]) {
      const { value, slopes } = batchSurface(of(kind, pairs, facts), [0, 2, 3]);
      const [du, dv] = slopes(u, v);
      const h = 1e-6;
      assert.ok(Math.abs(du - (value(u + h, v) - value(u - h, v)) / (2 * h)) < 1e-7, kind);
      assert.ok(Math.abs(dv - (value(u, v + h) - value(u, v - h)) / (2 * h)) < 1e-7, kind);
    }
});

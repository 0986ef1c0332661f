import assert from "node:assert/strict";
import { test } from "node:test";

import { axisOf, between, curvesOf, PANELS, shareOf } from "../../optiviz/player/js/curves.js";
import { Series } from "../../optiviz/player/js/series.js";
import { canvas, descent, DRAWING, player, strokes, texts } from "./canvas.js";

const near = (a, b, by = 1e-9) => assert.ok(Math.abs(a - b) <= by * Math.max(1, Math.abs(b)), `${a} is not ${b}`);
const loss = (above, facts = {}) => descent(above.length - 1, { above: Float64Array.from(above), ...facts });
const axis = (runs, floor = 0, panel = PANELS.loss, parts = {}) => axisOf(panel, curvesOf(panel, runs, parts), floor, DRAWING);

for (const [name, found, expected] of [
  ["many decades, the axis is logarithmic", axis([loss([100, 10, 0.1])]), { log: true, low: 0.05, high: 200 }],
  ["few, it is not", axis([loss([10, 4, 2])]), { log: false, low: 1.2, high: 10.8 }],
  ["a loss of 0 has no place on it", axis([loss([100, 1, 0])]), { log: true, low: 0.5, high: 200 }],
  ["nor what lies beyond the depth", axis([loss([100, 1, 1e-30])]), { log: true, low: 0.5e-8, high: 200 }],
  ["nor what climbs too far", axis([loss([1, 100, 1e9])]), { log: true, low: 0.5, high: 2e4 }],
  ["all at 0", axis([loss([0, 0, 0])]), { log: false, low: -1, high: 1 }],
  ["all the same", axis([loss([4, 4, 4])]), { log: false, low: 2, high: 6 }],
  ["no least value is known: to ten times the start", axis([loss([2, -5, -900])], null), { log: false, low: -22.2, high: 4.2 }],
  ["no least value is known: from 0", axis([loss([2, 3, 5])], null), { log: false, low: -0.5, high: 5.5 }],
  ["a diverged run is kept by half", axis([descent(3, { divergedAt: 3, lr: [1, 2, 3, 9], vx: [0, 1, 5, 99], vy: [0, 0, 0, 0] })], 0, PANELS.velocity, { speed: true }), { log: false, low: 0.5, high: 1.5 }],
  ["but for its rate", axis([descent(3, { divergedAt: 3, lr: [1, 2, 3, 9] })], 0, PANELS.lr), { log: false, low: 0.2, high: 9.8 }],
])
  test(`limits: ${name}`, () => {
    assert.equal(found.log, expected.log);
    near(found.low, expected.low);
    near(found.high, expected.high);
  });

test("the lower end of an axis is 0, the upper 1, and a decade is a decade", () => {
  const log = { log: true, low: 0.01, high: 100 };
  assert.deepEqual([0.01, 0.1, 1, 100].map((value) => Number(shareOf(log, value).toFixed(9))), [0, 0.25, 0.5, 1]);
  const linear = { log: false, low: -1, high: 3 };
  assert.deepEqual([-1, 0, 1, 3].map((value) => shareOf(linear, value)), [0, 0.25, 0.5, 1]);
});

test("each panel draws what it is called", () => {
  const run = descent(6, { dash: [5, 2] });
  const values = (kind, parts) => curvesOf(PANELS[kind], [run], parts).map(({ values }) => [...values]);
  assert.deepEqual(values("loss"), [[...run.above]]);
  assert.deepEqual(values("lr"), [[...run.lr]]);
  assert.deepEqual(values("velocity", { first: true, second: true }), [[NaN, ...run.vx.slice(1)], [NaN, ...run.vy.slice(1)]], "no step leads to the start");
  const [speed] = values("velocity", { speed: true });
  assert.ok(Number.isNaN(speed.shift()));
  speed.forEach((value, i) => near(value, Math.hypot(run.vx[i + 1], run.vy[i + 1]), 1e-6));
  const [{ dash }] = curvesOf(PANELS.loss, [run]);
  assert.deepEqual(dash, [11.5, 4.6]);
});

test("a dot is at its step's value, and between two while time runs", () => {
  const values = [5, 3, 9];
  assert.deepEqual([0, 1, 2].map((t) => between(values, t)), values);
  near(between(values, 1.25), 4.5);
  near(between([100, 1], 0.5, Math.log10), 1);
});

test("what was measured of a network is drawn, and its limit where there is one", () => {
  const values = (kind, facts) => curvesOf(PANELS[kind], [descent(2, facts)]).map((curve) => [...curve.values]);
  assert.deepEqual(values("truth", {}), []);
  assert.deepEqual(values("truth", { true_loss: [3, 2, 1], below: [2, 2, 2] }), [[3, 2, 1], [2, 2, 2]]);
  assert.deepEqual(values("network-loss", {}), []);
  assert.deepEqual(values("network-loss", { true_loss: [3, 2, 1], below: [2, 2, 2] }), [[3, 2, 1]]);
  assert.deepEqual(values("accuracy", { accuracy: [0.1, 0.9] }), [[0.1, 0.9]]);
  assert.deepEqual(values("sharpness", { sharpness: [1, 2, 3] }), [[1, 2, 3]]);
  assert.deepEqual(values("singular", {}), [], "of a row that is not the first");
  assert.deepEqual(values("singular", { most: [3, 2, 1], least: [1, 0, 0] }), [[3, 2, 1], [1, 0, 0]]);
  assert.deepEqual(values("sharpness", { sharpness: [1, 2, 3], stands: [4, 4, 4] }), [[1, 2, 3], [4, 4, 4]]);
});

test("a limit that would press a curve flat is beyond the axis", () => {
  const found = (sharpness, limit) => {
    const curves = curvesOf(PANELS.sharpness, [descent(2, { sharpness, stands: [limit, limit, limit] })]);
    const axis = axisOf(PANELS.sharpness, curves, 0, DRAWING);
    return axis.high > limit;
  };
  assert.deepEqual(found([-1, 20, 2], 127), false);
  assert.deepEqual(found([-1, 20, 2], 80), true, "not so far");
  assert.deepEqual(found([5, 5, 5], 127), true, "a curve without a shape");
  assert.deepEqual(found([1, 20, 2], 800), true, "an axis of powers has room");
});

test("what rates do not stand has its name at the end of its line, clear of the next", () => {
  const [one, other, third, far] = [20, 21, 3, 99].map((height) => descent(2, { sharpness: [1, 2, 3], stands: [height, height, height] }));
  const context = canvas().getContext("2d");
  const sheet = Object.create(Series.prototype);
  Object.assign(sheet, { player: player([one, other, third, far, descent(2)], { facts: { limits: ["2/η = 20", "2/η = 21", "", "2/η = 99", ""] } }) });
  Object.assign(sheet, { width: 300, height: 100, axis: { log: false, low: 0, high: 25 }, font: () => "" });
  sheet.layLimits(context);
  const [, above, below] = texts(context);
  assert.deepEqual(texts(context).map(({ words }) => words), ["2/η = 99 ↑", "2/η = 21", "2/η = 20"]);
  assert.ok(below.y - above.y >= 13 && Math.abs(above.y - sheet.y(21)) < 20);
});

test("crosses are where the gradient was clipped, on the loss and on no other curve", () => {
  const tips = Float32Array.from({ length: 14 }, (_, i) => (i < 4 || i === 8 || i === 9 ? i : NaN));
  const mark = { words: "gradient clipped", kind: "tried", crossed: true, many: 1, colors: ["#0000aa", "#0000aa"] };
  const run = descent(6, { drawn: [mark], "drawn0.tips": tips });
  const crossed = (kind, runs = [run]) => {
    const panel = Object.assign(new Series(player(runs), kind), { canvas: canvas() });
    panel.measure();
    panel.lay();
    panel.under(panel.context);
    Object.assign(panel.player, { time: 6 });
    panel.move(panel.context);
    return [panel, strokes(panel.context).filter(({ color }) => color === mark.colors[0])];
  };
  const [panel, lines] = crossed("loss");
  const middles = lines.map(({ points: [a, b] }) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
  const steps = [0, 1, 4].flatMap((t) => [t, t]);
  assert.equal(middles.length, 6, "two strokes a cross");
  middles.forEach(([x, y], i) => {
    near(x, panel.x(steps[i]), 1e-6);
    near(y, panel.y(run.above[steps[i]]), 1e-6);
  });
  assert.equal(crossed("lr")[1].length, 0);
  assert.equal(crossed("loss", [descent(6)])[1].length, 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { apart, Curve } from "../../optiviz/lessons/js/curve.js";
import { distance, drawGuess, drawTruth } from "../../optiviz/lessons/js/guess.js";
import { speedFor } from "../../optiviz/lessons/js/asking.js";
import { done, finish } from "../../optiviz/lessons/js/progress.js";
import { WAYS } from "../../optiviz/lessons/js/ways.js";
import { Series } from "../../optiviz/player/js/series.js";
import { texts } from "./canvas.js";
import { recorder } from "./page.js";

test("how far a guess is from the truth is told in shares of the way", () => {
  const told = (guess) => distance(guess, [3, 4], [0, 0]);
  assert.equal(told([3, 3.6]), "Very near: it is at 3, 4, and your ring is 0.4 from there. Its start is 5 from there.");
  assert.match(told([3, 2.6]), /^Near: .* your ring is 1.4 from/);
  assert.match(told([-3, 4]), /^It went elsewhere: .* your ring is 6 from/);
  assert.match(distance([1, 1], [0, 0], [0, 0]), /^It went elsewhere/); // a ball that never moved
});

// A plane of 100 pixels a unit, whose y axis goes up.
const plane = { x: (u) => 100 * u, y: (v) => -100 * v, player: { scale: 1, look: { text: "ink", background: "paper" } } };
const lines = (context) => context.calls.filter(([name]) => name === "lineTo" || name === "moveTo").map(([, at]) => at);

test("the line goes from the edge of the ring to the head, and not over either", () => {
  const context = recorder();
  drawTruth(plane, context, [0, 0], [1, 0]);
  const [from, to] = lines(context);
  assert.deepEqual([from, to].flat().map(Math.abs), [9, 0, 91, 0]);
  const near = recorder();
  drawTruth(plane, near, [0, 0], [0.1, 0]); // within the ring there is no line to draw
  assert.deepEqual(lines(near), []);
});

test("the ring has arms while it is moved", () => {
  const [still, moved] = [recorder(), recorder()];
  drawGuess(plane, still, [0, 0], false);
  drawGuess(plane, moved, [0, 0], true);
  assert.equal(lines(still).length, 0);
  assert.equal(lines(moved).length, 16); // four arms, each in two colours
});

test("an answer is played in five seconds at most, and in no fewer than it must be", () => {
  assert.deepEqual([5, 30, 120, 300, 2000].map(speedFor), [0.1, 0.25, 1, 4, 8]);
});

test("what is done is kept, and where nothing can be stored it holds for the page", () => {
  const kept = {};
  globalThis.localStorage = { getItem: (key) => kept[key] ?? null, setItem: (key, words) => (kept[key] = words) };
  finish("one");
  assert.deepEqual(JSON.parse(Object.values(kept)[0]), ["one"]);
  const refuse = () => {
    throw new Error("refused");
  };
  globalThis.localStorage = { getItem: refuse, setItem: refuse };
  finish("two");
  assert.deepEqual(done(), new Set(["one", "two"]));
  for (const words of ["{", "7", "null"]) {
    globalThis.localStorage = { getItem: () => words, setItem: refuse };
    assert.ok(done().has("two"), words);
  }
});

const CHOICES = { choices: ["a", "b"], question: "?", right: 2, after: "after", changes: [] };

test("of choices that are not seen together, first what was chosen is asked for, then what is right", () => {
  const way = new WAYS.choose({ ...CHOICES, changes: ["p", "q"] }, {});
  way.given = 1;
  assert.deepEqual(way.wishes, [{ query: "p" }, { query: "q" }]);
  assert.match(way.told.words, /^Not this one. It is: b. The dotted path is what you chose.$/);
  way.given = 2;
  assert.deepEqual(way.wishes, [{ query: "q" }]);
  assert.equal(way.told.words, "Yes, that is it.");
  assert.deepEqual(new WAYS.choose(CHOICES, {}).wishes, [{ query: "after" }]);
});

test("the arrow keys move the cross-hair from the head, and not out of the picture", () => {
  const bounds = [[-2, 2], [-1, 1]];
  const player = { ground: { bounds }, runs: [{ x: [1], y: [0] }], step: 0, redraw: () => {} };
  const way = new WAYS.place({ question: "?" }, { player });
  const press = (key, shiftKey = false) => way.key({ key, shiftKey });
  assert.equal(press("Enter"), false);
  assert.ok(press("ArrowLeft"));
  assert.deepEqual(way.given, [0.9, 0]);
  press("ArrowUp", true);
  assert.deepEqual(way.given, [0.9, 0.25]);
  for (let i = 0; i < 9; i++) press("ArrowRight", true);
  assert.deepEqual(way.given, [2, 0.25]);
});

test("to find something, its settings are free and the steps are the lesson's own", () => {
  const state = { steps: 1, seed: 7 };
  const way = new WAYS.find({ settings: ["beta", "schedule"], steps: 150, question: "?" }, { state });
  assert.deepEqual(way.free, ["lane-0-beta", "schedule", "decay-"]);
  assert.deepEqual(way.wishes, [{ controls: { steps: 150, seed: 7 } }]);
  assert.equal(way.told, null); // until Python has judged it
});

// Known from 10 down to 1 at step 4, then to be drawn to step 28; the axis has five powers of ten.
const known = [0, 1, 2, 3, 4].map((t) => 10 ** (1 - t / 4));
const begun = () => new Curve(known, 28, [1e-4, 10]);
const drawnOn = (curve, t) => Number(Math.log10(curve.value(t)).toFixed(6));

test("what is drawn goes on from what is known, which it cannot change", () => {
  const curve = begun();
  assert.equal(curve.reach, 4);
  curve.stroke(16, 0.4, true); // 10⁻²
  assert.deepEqual([4, 10, 16].map((t) => drawnOn(curve, t)), [0, -1, -2]);
  assert.equal(curve.reach, 16);
  curve.stroke(0, 0.1, false); // back over all of it, and over what is known
  assert.deepEqual([0, 2, 4].map((t) => drawnOn(curve, t)), [1, 0.5, 0]);
  assert.equal(drawnOn(curve, 10).toFixed(2), "-2.75");
  curve.stroke(28, 0, true);
  assert.ok(curve.whole);
  assert.ok(!curve.heights.some(Number.isNaN));
});

test("keys move the pen from knot to knot and lift what is drawn there", () => {
  const curve = begun();
  curve.lift(0.2); // the run is known where the pen stands
  assert.equal(drawnOn(curve, 4), 0);
  curve.move(1);
  assert.deepEqual([curve.at, curve.reach, drawnOn(curve, 6)], [6, 6, 0]);
  curve.lift(-0.2);
  assert.deepEqual([4, 5, 6].map((t) => drawnOn(curve, t)), [0, -0.5, -1]);
  curve.move(1);
  curve.move(-1);
  curve.lift(0.1);
  assert.deepEqual([5, 6, 7, 8].map((t) => drawnOn(curve, t)), [-0.25, -0.5, -0.75, -1]);
  for (let i = 0; i < 20; i++) curve.move(1);
  assert.ok(curve.whole);
  curve.lift(-5);
  assert.equal(drawnOn(curve, 28), -4); // not beyond the axis
});

test("how far a curve is from the run's is told as a factor, and where both end", () => {
  const curve = begun();
  curve.stroke(28, 0.4, true);
  const truth = (times) => Float64Array.from({ length: 29 }, (_, t) => (t > 4 ? times : 1) * curve.value(t));
  assert.match(apart(curve, truth(1.2)), /^Very near: on average the two are a factor of 1.2 apart. At step 28 the loss is 0.0120, and you drew 0.0100.$/);
  assert.match(apart(curve, truth(1 / 3)), /^Near: .* factor of 3.0 apart/);
  assert.match(apart(curve, truth(50)), /^It went elsewhere: .* factor of 50 apart/);
  assert.match(apart(curve, truth(0)), /At step 28 the loss is 0,/); // of which there is no factor
});

test("the loss that is expected is drawn on the loss panel, whose axes tell nothing", () => {
  const look = { background: "#ffffff", text: "#000000", muted: "#777777", grid: "#dddddd", isDark: false };
  const run = { above: Float64Array.from(known), steps: 4, colors: ["#111111", "#eeeeee"], dash: [], head: "o", weight: 1 };
  const player = { runs: [run], told: [run], ghosts: [], beside: [], steps: 4, time: 4, hover: null, scale: 1, look, ask: () => {}, colorOf: () => "#111111", facts: { lossTitle: "Loss" } };
  const panel = new Series(player, "loss");
  player.series = [panel];
  const lesson = { question: "?", shown: 4, steps: 28, low: 1e-4, high: 10 };
  const way = new WAYS.draw(lesson, { player });
  way.begin();
  panel.draw();
  assert.deepEqual(panel.axis, { log: true, low: 1e-4, high: 10 });
  assert.equal(panel.stepAt(1e4), 28);
  assert.ok(texts(panel.context).some(({ words }) => words === "draw here"));
  const at = (x, y) => panel.canvas.fire("pointerdown", { clientX: x, clientY: y, buttons: 1 });
  at(200, 150);
  assert.equal(way.given, null);
  at(385, 200); // near the end is the end
  assert.equal(way.given, way.curve);
  assert.ok(way.curve.value(28) < way.curve.value(16));
  way.commit();
  const before = way.curve.value(28);
  player.scrub = (_, event) => (player.scrubbed = event.clientX);
  at(390, 20);
  assert.deepEqual([way.curve.value(28), player.scrubbed], [before, 390]); // too late
  panel.draw();
  assert.ok(texts(panel.context).some(({ words }) => words === "yours"));
  way.end();
  way.drop();
  assert.equal(panel.asked, null);
  assert.equal(panel.canvas.getAttribute("role"), "img");
});

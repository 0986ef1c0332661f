import assert from "node:assert/strict";
import { test } from "node:test";

import { distance, drawGuess, drawTruth } from "../../optiviz/lessons/js/guess.js";
import { speedFor } from "../../optiviz/lessons/js/asking.js";
import { done, finish } from "../../optiviz/lessons/js/progress.js";
import { WAYS } from "../../optiviz/lessons/js/ways.js";
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

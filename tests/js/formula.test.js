import assert from "node:assert/strict";
import { test } from "node:test";

import { filled, follow } from "../../optiviz/player/js/formula.js";
import { told } from "../../optiviz/player/js/formulas.js";
import { descent } from "./canvas.js";

const text = (parts) => parts.map(([words]) => words).join("");

test("a line is arithmetic: products from the left, powers first, brackets around what is negative", () => {
  const known = { η: 0.5, g: -2, v: 4, t: 3, "β₁": 0.5 };
  assert.equal(follow("u ← ηg/2v", known), -2);
  assert.equal(follow("u ← 1 − β₁ᵗ", known), 0.875);
  assert.equal(follow("u ← −g² + v", known), 0);
  assert.equal(follow("u ← max(g, v)√v", known), 8);
  assert.equal(text(filled("u ← η(v − g)g", known)), "0.5·(4 − (−2))·(−2)");
});

test("the coming step is told from where the cursor is, in either parameter", () => {
  const formula = { lines: ["v ← βv − ηg", "w ← w + v"], still: { β: 0.5, η: 0.1 }, changing: ["v"] };
  const run = descent(10, { formula });
  Object.assign(run, { v0: run.vx, v1: run.vy });
  for (const [axis, points] of [run.x, run.y].entries()) {
    const [, last] = told(run, 2, axis);
    assert.equal(text(last.words), "w ← w + v");
    const [, result] = text(last.numbers).replaceAll("−", "-").split(" = ");
    assert.ok(Math.abs(Number(result) - points[3]) < 1e-3);
  }
});

test("what is left of a number in single precision has no digits that it lost", () => {
  const formula = { lines: ["w ← w − ηg"], still: { η: 0.1 }, changing: [] };
  const result = (w, g) => {
    const run = { formula, steps: 1, x: Float32Array.of(w), y: Float32Array.of(w), gx: Float64Array.of(g), gy: [g] };
    return text(told(run, 0, 0)[0].numbers).split(" = ")[1];
  };
  assert.equal(result(0.3, 3), "0", "which is 1.19·10⁻⁸ in single precision");
  assert.equal(result(0.3, 2.9999), "0.00001");
  assert.equal(result(0.3, 1), "0.2");
  assert.equal(result(-2.17, 0), "−2.17");
  assert.deepEqual([result(0, 0), result(0, 1e-40)], ["0", "−1e−41"]);
});

test("a number that is none is told in words, and what comes of it too", () => {
  const rows = (w, g, still = {}) => {
    const lines = ["v ← βv − ηg", "w ← w + v"];
    const formula = { lines, still: { β: 0.5, η: 0.1, v: 1, ...still }, changing: [] };
    const run = { formula, steps: 1, x: Float32Array.of(w), y: [0], gx: Float32Array.of(g), gy: [0] };
    return told(run, 0, 0).map(({ numbers }) => text(numbers));
  };
  const beyond = "too large to be shown";
  assert.deepEqual(rows(1e39, 1), ["0.5·1 − 0.1·1 = 0.4", beyond], "in single precision");
  assert.deepEqual(rows(1, -1e39), [beyond, beyond]);
  assert.deepEqual(rows(1e39, 1e39), [beyond, beyond], "nothing comes of ∞ − ∞");
  assert.deepEqual(rows(1, 1, { η: 1e308, β: -1e308, v: 10 }), [beyond, beyond], "a step that overflows");
  assert.deepEqual(rows(1, NaN), ["not known here", "not known here"]);
});

test("what a search came to is told in words where nothing tells it, as after the last step", () => {
  const lines = ["p ← −Hg", "w ← w + p"];
  const own = { [`${lines[0]}0`]: [-2, NaN], p0: [0, -2], x: [3, 1], gx: [4, 1] };
  const run = { ...own, formula: { lines, still: {}, changing: ["p", lines[0]] }, steps: 1, y: [], gy: [] };
  const rows = [0, 1].map((t) => told(run, t, 0).map(({ numbers }) => text(numbers)));
  assert.deepEqual(rows, [["−Hg = −2", "3 + (−2) = 1"], ["−Hg", "not known here"]]);
});

test("a rule that stands still is told so: where nothing is divided by nothing, nothing comes of it", () => {
  const known = { μ: 0, Σ: 0, x: 2, z: 2 };
  follow("c ← μ²/Σ", known);
  assert.equal(follow("x ← (1 − c)x + cz", known), 2);
  assert.equal(follow("c ← x/Σ", known), Infinity);
});

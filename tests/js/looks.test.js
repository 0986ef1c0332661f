// What the MNIST lab shows beside the curves, as far as it needs no page.

import assert from "node:assert/strict";
import { test } from "node:test";

import { said, shares } from "../../optiviz/labs/mnist/js/confusion.js";
import { digitsOf, guessOf, sentence } from "../../optiviz/labs/mnist/js/digits.js";
import { told } from "../../optiviz/labs/mnist/js/formula.js";
import { rangeOf, seriesOf, ticksOf } from "../../optiviz/labs/mnist/js/layers.js";
import { apart } from "../../optiviz/labs/mnist/js/scales.js";
import { inSeconds, overSeconds } from "../../optiviz/labs/mnist/js/scales.js";
import { bandColors, placed, Surface } from "../../optiviz/labs/mnist/js/surface.js";

test("a cell is as strong as its mistakes are frequent, and what is right has no such colour", () => {
  const counts = [[90, 10, 0], [5, 80, 0], [0, 0, 70]];
  assert.deepEqual(shares(counts), [[0, 1, 0], [0.5, 0, 0], [0, 0, 0]]);
  assert.equal(said(counts, 0, 1), "10 images of a 0, taken for a 1");
  assert.equal(said([[1]], 0, 0), "1 image of a 0, rightly told");
});

test("every digit of a message has its own image and probabilities", () => {
  const bytes = new Uint8Array(2 * 784).map((_, i) => (i < 784 ? 1 : 2));
  const digits = digitsOf({ labels: [3, 5], told: [[0.1, 0.9], [0.7, 0.3]] }, bytes);
  assert.deepEqual(digits.map(({ image }) => [image.length, image[0], image[783]]), [[784, 1, 1], [784, 2, 2]]);
  assert.deepEqual(digits.map(({ told }) => guessOf(told)), [1, 0]);
  assert.equal(sentence(digits[0]), "a 3, taken for a 1");
  assert.equal(sentence({ label: 1, told: [0.1, 0.9] }), "a 1");
});

test("a formula goes on with what its lines have made", () => {
  const known = { w: 1, v: -0.5, g: 2, β: 0.9, η: 0.1, t: 3 };
  const [first, second] = told({ lines: ["v ← βv − ηg", "w ← w + v"], known });
  assert.deepEqual(first, ["v ← βv − ηg", "v ← 0.9·(−0.5) − 0.1·2 = −0.65"]);
  assert.deepEqual(second, ["w ← w + v", "w ← 1 + (−0.65) = 0.35"]);
  assert.equal(known.v, -0.5);
  assert.deepEqual(told({ lines: ["w ← w − ηg"] }), [["w ← w − ηg", ""]]);
  const far = { w: Infinity, g: 1, η: 0.1 };
  assert.deepEqual(told({ lines: ["w ← w − ηg"], known: far })[0][1], "w ← too large to be shown");
});

test("a layer's line is its own column, and the scale has room for all and for a thousandth", () => {
  const rows = [[0.1, [0.02, 0.01], [3, 4]], [0.2, [0.004, 0.005], [1, 2]]];
  assert.deepEqual(seriesOf(rows, 1, 1), [[0.1, 0.01], [0.2, 0.005]]);
  const [low, high] = rangeOf(rows, { name: "ratio", column: 1 });
  assert.ok(low < 0.001 && high > 0.02);
  assert.ok(rangeOf(rows, { name: "gradient", column: 2 })[0] > 0.5);
  assert.deepEqual(rangeOf([], { name: "gradient", column: 2 }), [1e-3, 1]);
  assert.deepEqual(ticksOf(0.4, 6).map(([, words]) => words), ["0.5", "1", "2", "5"]);
  assert.ok(ticksOf(1e-6, 1).length <= 7);
});

test("names at the ends of lines keep apart, in the lines' order", () => {
  assert.deepEqual(apart([100, 20, 22], 14), [100, 20, 34]);
});

test("over seconds a point stands where training's clock was, and the span is what all of it takes", () => {
  assert.deepEqual(inSeconds([0.5, 1, 2, 0.9, 7]), [7, 1, 2, 0.9, 7]);
  assert.equal(inSeconds([0, null, 2.3, 0.1, null])[0], 0); // the first weights
  const run = { rows: [[1, 1, 2, 0.9, 7]], tip: [1.5, 0.4, 10], epoch: 1.5, seconds: 10, lasts: 20, span: 3 };
  const over = overSeconds(run);
  assert.deepEqual([over.rows[0][0], over.tip, over.epoch, over.span], [7, [10, 0.4], 10, 20]);
  assert.equal(run.rows[0][0], 1);
});

test("a surface is not stretched, lies in the middle, and goes from its lowest colour to its highest", () => {
  const place = placed([[-1, 3], [0, 2]], 400, 300);
  assert.deepEqual(place.box, [0, 50, 400, 200]);
  assert.deepEqual([place.x(-1), place.x(3), place.y(0), place.y(2)], [0, 400, 250, 50]);
  assert.deepEqual(bandColors("light", 3).filter((_, i) => i !== 1), ["#f7fbff", "#7a9cc6"]);
});

test("on a stage the surface of runs that are done is drawn, once, without a button", () => {
  const stage = (...phases) => {
    const runs = () => phases.map((phase, run) => ({ run, phase }));
    const busy = Surface.prototype.busy;
    const parts = { make: {}, halt: {}, bar: { style: {} }, progress: { setAttribute: () => {} } };
    const sent = [];
    return { ...parts, busy, ask: Surface.prototype.ask, runs, sent, send: (...what) => sent.push(what) };
  };
  for (const [phases, asked] of [[[], 0], [["finished", "training"], 0], [["finished", "failed"], 1]]) {
    const surface = stage(...phases);
    Surface.prototype.present.call(surface);
    surface.busy(null);
    Surface.prototype.present.call(surface);
    assert.equal(surface.sent.length, asked);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { shareOn } from "../../optiviz/labs/twin/js/controls.js";
import { standing } from "../../optiviz/labs/twin/js/sides.js";

test("a limit stands on the slider where its value is, by its logarithm between two", () => {
  const values = [0.01, 0.1, 1];
  assert.equal(shareOn(values, 0.1), 0.5);
  assert.ok(Math.abs(shareOn(values, Math.sqrt(0.1)) - 0.75) < 1e-12);
  assert.deepEqual([0.001, 0.01, 1, 50].map((value) => shareOn(values, value)), [0, 0, 1, 1]);
});

test("how far a training is, in words", () => {
  const looks = [0, 50, 100];
  const say = (phase, done) => standing({ phase, done, looks });
  assert.equal(say("ready", 0), "Ready");
  assert.equal(say("training", 7), "Training: update 7 of 100");
  assert.equal(say("stopped", 7), "Stopped: update 7 of 100");
  assert.equal(say("diverged", 7), "Diverged after update 7");
});

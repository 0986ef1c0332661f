import assert from "node:assert/strict";
import { test } from "node:test";

import { upTo } from "../../optiviz/course/js/desk.js";
import { carried, done, finish, receive } from "../../optiviz/lessons/js/progress.js";

test("a run that is asked about has no later steps, and nothing of what becomes of it", () => {
  const run = {
    x: Float64Array.of(0, 1, 2, 3), name: "a", verdict: "converged at step 3", said: 3, steps: 3,
    events: [{ step: 3, words: "there" }], divergedAt: 4,
  };
  const early = upTo(run, 1);
  assert.deepEqual([...early.x], [0, 1]);
  assert.equal(early.steps, 1);
  assert.equal(early.name, "a");
  assert.ok(!JSON.stringify({ ...early, x: null }).includes("step 3"));
  assert.deepEqual(early.events, []);
  assert.equal(early.divergedAt, -1);
  assert.equal(run.x.length, 4); // the run itself stays
});

test("where nothing can be stored, links bring along what is done, and of it what there is", () => {
  const refuse = () => {
    throw new Error("refused");
  };
  globalThis.localStorage = { getItem: refuse, setItem: refuse };
  finish("one");
  assert.equal(carried(), "#done=one");
  receive("#done=two,three,<b>", ["one", "two", "three"]); // no end of an address of ours
  assert.deepEqual(done(), new Set(["one"]));
  receive("#done=two,other", ["one", "two", "three"]);
  assert.deepEqual(done(), new Set(["one", "two"]));
  receive("", ["three"]);
  assert.deepEqual(done(), new Set(["one", "two"]));
});

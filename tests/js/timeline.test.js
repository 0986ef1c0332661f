import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../optiviz/player/js/timeline.js";

function timeline(steps = 100, calm = false) {
  const made = new Timeline();
  Object.assign(made, { steps, calm, now: 1000, asked: 0, ask: () => made.asked++ });
  return made;
}

// Let time run for so many frames of 40 ms.
function pass(line, frames) {
  if (line.before === null) line.advance(line.now);
  for (let i = 0; i < frames; i++) if (line.playing) line.advance((line.now += 40));
}

test("25 steps a second, times the speed", () => {
  const line = timeline();
  line.play();
  pass(line, 10);
  assert.equal(line.step, 10);
  line.setSpeed(4);
  pass(line, 10);
  assert.equal(line.step, 50);
  line.setSpeed(0.1);
  pass(line, 10);
  assert.equal(line.step, 51);
});

test("it stops at the end, and begins again from there", () => {
  const line = timeline(5);
  line.play();
  pass(line, 50);
  assert.deepEqual([line.time, line.playing], [5, false]);
  line.play();
  assert.deepEqual([line.time, line.playing], [0, true]);
});

test("a loop rests at the end for a second", () => {
  const line = timeline(5);
  line.setLoop(true);
  line.play();
  pass(line, 20);
  assert.deepEqual([line.step, line.playing], [5, true]);
  pass(line, 12);
  assert.ok(line.step < 5);
  assert.ok(line.playing);
});

test("a pause ends on a whole step", () => {
  const line = timeline();
  Object.assign(line, { time: 7.4, playing: true });
  line.toggle();
  assert.deepEqual([line.time, line.playing], [7, false]);
});

test("a page that slept does not leap", () => {
  const line = timeline();
  line.play();
  line.advance(0);
  line.advance(60_000);
  assert.equal(line.step, 6);
});

test("those who asked for less motion see whole steps only, at the same pace", () => {
  const line = timeline(100, true);
  line.play();
  const seen = [];
  for (let i = 0; i <= 62; i++) {
    line.advance(1000 + 16 * i);
    seen.push(line.time);
  }
  assert.ok(seen.every(Number.isInteger));
  assert.equal(line.time, 24);
});

for (const [name, act, expected] of [
  ["on", (line) => line.stepBy(3), 13],
  ["back", (line) => line.stepBy(-3), 7],
  ["no further than the start", (line) => line.stepBy(-30), 0],
  ["no further than the end", (line) => line.goTo(1e9), 100],
])
  test(`steps: ${name}`, () => {
    const line = timeline();
    Object.assign(line, { time: 10, playing: true });
    act(line);
    assert.deepEqual([line.time, line.playing], [expected, false]);
    assert.ok(line.asked);
  });

test("speeds go up and down by one, and end", () => {
  const line = timeline();
  const speeds = [1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1].map((n) => (line.faster(n), line.speed));
  assert.deepEqual(speeds, [2, 4, 8, 8, 4, 2, 1, 0.5, 0.25, 0.1, 0.1, 0.1, 0.1]);
});

test("with less motion a loop goes round in whole steps, too", () => {
  const line = timeline(5, true);
  line.setLoop(true);
  line.play();
  const seen = [];
  for (let i = 0; i < 200; i++) {
    line.advance((line.now += 16)); // less than a step
    seen.push(line.step);
    assert.ok(Number.isInteger(line.time));
  }
  assert.ok(seen.lastIndexOf(1) > seen.indexOf(5));
});

test("with less motion it goes on from where it was put", () => {
  const line = timeline(100, true);
  line.play();
  pass(line, 23);
  line.pause();
  line.goTo(0);
  line.play();
  pass(line, 2);
  assert.equal(line.step, 2);
});

test("it stands for half a second where something is said, and goes there by a key", () => {
  const line = timeline();
  line.stops = [10, 30];
  line.play();
  pass(line, 15);
  assert.equal(line.step, 10);
  pass(line, 12);
  assert.ok(line.step > 10 && line.step < 20);
  line.goToStop(1);
  assert.deepEqual([line.time, line.playing], [30, false]);
  line.goToStop(1);
  assert.equal(line.time, 30);
  line.goToStop(-1);
  assert.equal(line.time, 10);
  line.turn(1);
  assert.equal(line.time, 30);
  line.turn(1);
  assert.equal(line.time, line.steps, "behind the last mark is the end");
});

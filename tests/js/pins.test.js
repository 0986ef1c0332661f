import assert from "node:assert/strict";
import { test } from "node:test";

import { Lessons } from "../../optiviz/labs/mnist/js/lessons.js";
import { Pins } from "../../optiviz/labs/mnist/js/pins.js";
import { differences } from "../../optiviz/labs/mnist/js/words.js";
import "./page.js";

const SYMBOLS = { lr: "η", beta: "β", m: "m" };
const run = (key, rule, settings, more = {}) => ({
  run: key, rule, link: `link ${key}`, command: `train ${key}`, phase: "finished",
  settings: { sizes: "784,32,10", schedule: null, m: 100, ...settings }, ...more,
});
const RUNS = [run(1, "sgd", { lr: 0.1 }), run(2, "momentum", { lr: 0.1, beta: 0.9 }), run(3, "sgd", { lr: 0.5 }), run(4, "adam", { lr: 0.01 })];

function pins(runs = RUNS) {
  const steps = [];
  const lab = { runs, symbols: SYMBOLS, fit: () => {}, said: "", say: (words) => (lab.said = words) };
  lab.past = { add: (undo, redo) => steps.push({ undo, redo }) };
  return { pins: new Pins(lab), lab, steps };
}

test("what tells runs apart is said, and nothing else", () => {
  assert.deepEqual(differences([RUNS[0], RUNS[2]], SYMBOLS), ["η 0.1", "η 0.5"]);
  assert.deepEqual(differences([RUNS[0], RUNS[1]], SYMBOLS), ["sgd", "momentum"]);
  const other = run(5, "sgd", { lr: 0.1, m: 10, schedule: "linear:end=0.1", sizes: "784,10" });
  assert.deepEqual(differences([RUNS[0], other], SYMBOLS), ["m 100 no decay 32", "m 10 linear no hidden layer"]);
  assert.deepEqual(differences([RUNS[0]], SYMBOLS), [""]);
});

test("pinned runs stand first by their letters, named by what differs, and the others step back", () => {
  const { pins: held } = pins();
  held.toggle(RUNS[2]);
  held.toggle(RUNS[0]);
  const seen = held.first(RUNS);
  assert.deepEqual(seen.map((one) => [one.run, one.label, Boolean(one.back)]), [
    [3, "A: η 0.5", false], [1, "B: η 0.1", false], [2, undefined, true], [4, undefined, true],
  ]);
  held.toggle(RUNS[2]);
  assert.deepEqual(held.first(RUNS).map(({ run, label }) => [run, label])[0], [1, "B"]);
});

test("three are pinned at most, and what is pinned can be undone", () => {
  const { pins: held, lab, steps } = pins();
  RUNS.forEach((one) => held.toggle(one));
  assert.match(lab.said, /^A, B and C are pinned/);
  assert.deepEqual(held.links, { A: "link 1", B: "link 2", C: "link 3" });
  steps.at(-1).undo();
  assert.deepEqual(held.links, { A: "link 1", B: "link 2" });
  steps.at(-1).redo();
  assert.equal(held.letterOf(RUNS[2]), "C");
  lab.runs = RUNS.slice(1); // one was removed: its letter is free
  held.toggle(RUNS[3]);
  assert.equal(held.letterOf(RUNS[3]), "A");
});

test("of what was kept only letters and links are taken", () => {
  const { pins: held } = pins();
  for (const sent of [null, 7, "A", ["A"], { A: 1, D: "x", __proto__: { B: "y" } }]) {
    held.adopt(sent);
    assert.deepEqual(Object.keys(held.links).filter((letter) => letter !== "B"), []);
  }
  held.adopt({ A: "link 4" });
  assert.equal(held.letterOf(RUNS[3]), "A");
});

// A lab that a lesson is opened in.
function lessons() {
  globalThis.localStorage = { getItem: () => null, setItem: () => {} };
  const sent = [];
  const root = document.createElement("div");
  const lab = { runs: [], root, idle: true, looks: { show: (name) => sent.push(name) }, said: "" };
  lab.say = (words) => (lab.said = words);
  lab.send = (type, about) => sent.push([type, about.part]);
  const lesson = {
    name: "1-one", title: "One", look: "", question: "Which?", why: "So.", then: "More.", link: "", pane: "confusion",
    choices: ["a", "b"], right: 2, changes: [], before: ["train 1"], runs: ["train 3", "train 2"],
  };
  const held = new Lessons(lab, [lesson]);
  lab.fit = () => held.take(lab.runs);
  return { held, lab, sent };
}

test("a lesson trains what it shows, then asks, then trains what answers, and shows no more than that", () => {
  const { held, lab, sent } = lessons();
  held.open("1-one");
  assert.deepEqual(sent, ["curves", ["teach", "before"]]);
  assert.equal(held.sure.disabled, true);
  lab.runs = [...RUNS];
  held.take(lab.runs);
  assert.equal(held.sure.disabled, false);
  assert.deepEqual(held.seen(RUNS).map((one) => one.run), [1]); // and not those that answer, though they are there
  held.commit();
  assert.equal(held.phase, "asking"); // nothing was chosen
  held.way.given = 1;
  held.commit(); // all of it is trained already
  assert.equal(held.phase, "told");
  assert.deepEqual(sent.slice(2), [["teach", "runs"], "confusion"]);
  assert.deepEqual(held.seen(RUNS).map((one) => one.run), [1, 3, 2]);
  held.close();
  assert.equal(held.seen(RUNS).length, 4);
});

test("an answer that cannot be tried now can be given again", () => {
  const { held, lab } = lessons();
  held.open("1-one");
  lab.runs = [RUNS[0]];
  held.take(lab.runs);
  held.way.given = 2;
  held.commit();
  assert.deepEqual([held.phase, held.said.textContent], ["waiting", "Now it is tried …"]);
  held.refuse("Another training is under way.");
  assert.deepEqual([held.phase, held.said.textContent, lab.said], ["asking", "Another training is under way.", "Another training is under way."]);
  held.commit();
  assert.equal(held.phase, "waiting");
  lab.runs = [...RUNS];
  held.take(lab.runs);
  assert.equal(held.phase, "told");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { meant } from "../../optiviz/labs/surface/js/family.js";
import { Past } from "../../optiviz/labs/surface/js/past.js";
import { pinned } from "../../optiviz/labs/surface/js/pins.js";
import { drawBeside, drawLetters, placed } from "../../optiviz/player/js/beside.js";
import { summary } from "../../optiviz/player/js/legend.js";
import { Plane } from "../../optiviz/player/js/plane.js";
import { Player } from "../../optiviz/player/js/player.js";
import { canvas, descent, groundPack, pathsPack, player, strokes, texts } from "./canvas.js";
import { draw } from "./page.js";

test("a run is pinned with where and on what it goes, and without the other rules, surface and pins", () => {
  const lanes = [{ rule: "sgd", lr: 0.1 }, { rule: "adam", lr: 0.2 }];
  const own = { start: [1, 2], schedule: "linear", decay: { end: 0 }, batch: 8, seed: 3 };
  const state = { problem: "bowl", shape: {}, steps: 20, ...own, lanes, pins: { A: {} } };
  const made = pinned(state, 1);
  assert.deepEqual(made, { ...own, lanes: [lanes[1]] });
  lanes[1].lr = 0.9;
  assert.equal(made.lanes[0].lr, 0.2, "and a slider moves it no more");
});

const across = (y, steps = 3) => ({ steps, pixels: Float32Array.from([0, 0, 100, y, 200, y, 300, y]) });

test("a point means the nearest line, as far as time has run, and none at the start of all", () => {
  const lines = [across(50), across(60), across(200)];
  assert.equal(meant(lines, [150, 53], 3), 0);
  assert.equal(meant(lines, [150, 57], 3), 1);
  assert.equal(meant(lines, [150, 120], 3), -1);
  assert.equal(meant(lines, [250, 200], 3), 2);
  assert.equal(meant(lines, [250, 200], 1.5), -1, "which is not drawn yet");
  assert.equal(meant(lines, [3, 3], 3), -1, "there a start is chosen");
  assert.equal(meant([across(50, 1)], [150, 50], 3), -1, "where a run has ended there is no line");
});

const BOX = { left: 40, top: 6, width: 300, height: 200 };

test("names stand beside their heads, within the picture, on nothing that is to be seen", () => {
  const head = { x: 100, y: 100, wide: 60 };
  const [one, other] = placed([head, { ...head }], [], BOX, 1);
  assert.ok(one.x > 100 && Math.abs(one.y - other.y) >= 20);
  const [right] = placed([{ x: 330, y: 100, wide: 60 }], [], BOX, 1);
  assert.ok(right.x + 60 < 330);
  const [moved] = placed([head], [[140, 100]], BOX, 1);
  assert.ok(Math.abs(moved.y - 100) >= 20, "a goal is not covered");
  for (const y of [-50, 500]) {
    const [kept] = placed([{ ...head, y }], [], BOX, 1);
    assert.ok(kept.y > BOX.top && kept.y < BOX.top + BOX.height);
  }
});

function planeOf(beside, time) {
  const made = new Plane(player([descent()], { beside, time }), canvas());
  made.measure();
  made.frame();
  for (const run of [...made.player.runs, ...beside]) run.pixels = made.pixels(run);
  return made;
}

test("what is beside is drawn as far as time has run, with its letter and what tells it apart", () => {
  const thin = descent(10, { colors: ["#00aa00", "#00aa00"] });
  const named = descent(10, { colors: ["#0000aa", "#0000aa"], letter: "A", label: "A: β = 0.5" });
  const plane = planeOf([thin, named], 4);
  drawBeside(plane, plane.context);
  const lines = strokes(plane.context);
  const of = (color) => lines.find((one) => one.color === color);
  assert.equal(of("#00aa00").points.length, 6); // to the fourth point, and to the head that is there
  assert.ok(of("#0000aa").width > of("#00aa00").width);
  drawLetters(plane, plane.context);
  assert.deepEqual(texts(plane.context).map(({ words }) => words), ["A: β = 0.5", "A"]);
  thin.lit = true;
  thin.label = "β = 0.1";
  drawLetters(plane, plane.context);
  assert.ok(texts(plane.context).some(({ words }) => words === "β = 0.1"), "what is pointed at says its value");
});

test("a panel shows what is beside where it has the numbers; a pointer and a voice tell what has a letter", () => {
  const made = new Player(document.createElement("div"), { theme: "light" });
  made.setGround(groundPack());
  made.setPaths(pathsPack([descent()]));
  const member = descent(10, { colors: ["#00aa00", "#00aa00"], panels: ["loss"], vx: undefined });
  const named = descent(10, { colors: ["#0000aa", "#0000aa"], letter: "A", name: "A: β = 0.5", label: "A: β = 0.5" });
  made.setBeside([member, named]);
  draw();
  const colors = made.series.map(({ canvas }) => new Set(strokes(canvas.context).map(({ color }) => color)));
  assert.deepEqual(colors.map((of) => of.has("#00aa00")), [true, false, false]);
  assert.deepEqual(colors.map((of) => of.has("#0000aa")), [true, true, true]);
  made.scrub(made.series[0], { currentTarget: made.series[0].canvas, clientX: 200, clientY: 50, buttons: 0 });
  assert.match(made.tip.node.textContent, /momentum .*A: β = 0.5 /);
  assert.match(summary(made), /A: β = 0.5: loss/);
  made.dispose();
});

test("the address keeps the step, which is no change to undo; undone, the time stays as it is", () => {
  const told = [];
  const heard = {};
  const log = (kind) => (facts, _, address) => told.push([kind, address]);
  Object.assign(globalThis, {
    history: { replaceState: log("replace"), pushState: log("push") },
    location: { search: "" },
  });
  const listen = (name, action) => (heard[name] = action);
  window.addEventListener = listen;
  const restored = [];
  const past = new Past((query) => restored.push(query), new AbortController().signal);
  past.keep("a=1");
  past.keep("a=1", "&t=7");
  past.keep("a=1", "&t=7");
  past.keep("a=2", "&t=7");
  past.keep("a=2");
  assert.deepEqual(told, [
    ["replace", "?a=1"], ["replace", "?a=1&t=7"], ["push", "?a=2&t=7"], ["replace", "?a=2"],
  ]);
  assert.equal(past.at, 1);
  location.search = "?a=1&t=7";
  heard.popstate({ state: { optiviz: 0 } });
  assert.deepEqual(restored, ["?a=1"]);
  past.keep("a=1", "&t=9");
  assert.deepEqual(told.at(-1), ["replace", "?a=1&t=9"]);
  assert.equal(past.last, 1, "and what was undone can be done again");
});

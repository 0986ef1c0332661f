import assert from "node:assert/strict";
import { test } from "node:test";

import { Controls } from "../../optiviz/labs/surface/js/controls.js";
import { cellColor, drawCells } from "../../optiviz/labs/surface/js/drawing.js";
import { Grid } from "../../optiviz/labs/surface/js/grid.js";
import { render } from "../../optiviz/labs/surface/js/lab.js";
import { RateMapView } from "../../optiviz/labs/surface/js/map.js";
import { descent, groundPack, pathsPack } from "./canvas.js";
import { draw, recorder } from "./page.js";

const FACTS = { xs: [0.001, 0.01, 0.1], ys: [0, 0.5, 0.75, 1].map((share) => 0.9 * share) };
const EVEN = { xs: [0.001, 0.01, 0.1], ys: [0, 0.3, 0.6, 0.9] };
const SIZE = [352, 246]; // the cells are 100 by 50 pixels
const each = (grid, action) => grid.ys.forEach((_, j) => grid.xs.forEach((__, i) => action([i, j])));

test("the cell under a point is the one that is drawn there", () => {
  const grid = new Grid(EVEN, ...SIZE);
  assert.deepEqual(grid.cell, [100, 50]);
  each(grid, (cell) => {
    const [x, y] = grid.corner(cell);
    for (const [dx, dy] of [[1, 1], [99, 1], [1, 49], [99, 49]]) assert.deepEqual(grid.at([x + dx, y + dy]), cell);
  });
});

test("η grows to the right and β upwards", () => {
  const grid = new Grid(EVEN, ...SIZE);
  assert.ok(grid.at([45, 200])[0] < grid.at([335, 200])[0]);
  assert.ok(grid.at([45, 200])[1] < grid.at([45, 10])[1]);
});

test("outside of the map there is no cell", () => {
  const grid = new Grid(EVEN, ...SIZE);
  for (const place of [[39, 100], [341, 100], [100, 5], [100, 207]]) assert.equal(grid.at(place), null, `${place}`);
});

test("a pair of settings stands in the middle of its cell", () => {
  const grid = new Grid(EVEN, ...SIZE);
  each(grid, (cell) => {
    const [x, y] = grid.place(grid.pair(cell));
    const [left, top] = grid.corner(cell);
    assert.ok(Math.abs(x - left - 50) < 1e-6 && Math.abs(y - top - 25) < 1e-6);
    assert.deepEqual(grid.nearest(grid.pair(cell)), cell);
  });
  assert.deepEqual(grid.nearest([0.00001, 5]), [0, 3]); // beyond the edges
});

test("a rate between two stands between them, in the ratio of their logarithms", () => {
  const grid = new Grid(FACTS, ...SIZE);
  const [middle] = grid.place([Math.sqrt(0.001 * 0.01), 0]);
  assert.ok(Math.abs(middle - (40 + 100)) < 1e-6);
});

test("a cell's place in the list is row after row from below", () => {
  const grid = new Grid(EVEN, ...SIZE);
  assert.equal(grid.index([0, 0]), 0);
  assert.equal(grid.index([2, 0]), 2);
  assert.equal(grid.index([0, 1]), 3);
  assert.equal(grid.index([2, 3]), 11);
  assert.deepEqual(grid.inside([-1, 4]), [0, 3]);
});

test("the fastest pair has the ramp's first colour, the slowest its last; the others have none", () => {
  const look = { background: "ground", grid: "grey" };
  const ramp = ["first", "second", "last"];
  const color = (taken) => cellColor(taken, 10, 1000, ramp, look);
  assert.deepEqual([10, 100, 1000].map(color), ramp);
  assert.equal(color(-1), "ground"); // diverged
  assert.equal(color(0), "grey"); // not there in time
});

test("of the cells only those that diverge are hatched", () => {
  globalThis.Path2D = class {
    corners = [];
    rect(x, y) {
      this.corners.push([x, y]);
    }
  };
  const grid = new Grid(EVEN, ...SIZE);
  const colors = { ramp: ["#000000", "#ffffff"] };
  const taken = [10, 0, -1, 20, 30, 40, 50, 60, 70, 0, 80, -1]; // 0 is not there in time, −1 diverges
  const look = { background: "#ffffff", grid: "#dddddd", muted: "#777777", isDark: false };
  const context = recorder();
  drawCells(context, grid, { taken, best: null, xs: EVEN.xs, colors: [colors, colors] }, look);
  const [, [hatched]] = context.calls.find(([name]) => name === "clip");
  assert.deepEqual(hatched.corners, [[2, 0], [2, 3]].map((cell) => grid.corner(cell)));
});

test("the map is asked for anew when the path begins elsewhere, and not when the mapped pair is another", () => {
  const state = { lanes: [{ rule: "momentum", lr: 0.1, beta: 0.9 }], start: [1, 2], steps: 70 };
  const sent = [];
  const model = { send: (message) => sent.push(message) };
  const lab = { state, reply: { problem: "bowl" }, offers: { seconds: { momentum: "beta" } }, model };
  globalThis.devicePixelRatio = 1;
  const map = new RateMapView(lab, new AbortController().signal);
  const asks = (edit) => {
    edit();
    map.ask();
    return sent.splice(0);
  };
  const anew = [{ type: "map", about: 0 }];
  assert.deepEqual(asks(() => {}), anew);
  assert.deepEqual(asks(() => Object.assign(state.lanes[0], { lr: 0.2, beta: 0.5 })), []);
  assert.deepEqual(asks(() => (state.start = [-1, 2])), anew);
});

test("on another surface the rules keep what is theirs, and take its own rate, shape, start, steps and batch", () => {
  const lanes = [{ rule: "momentum", lr: 0.3, beta: 0.8 }, { rule: "adam", lr: 0.05 }];
  const pins = { A: { lanes: [{ rule: "sgd", lr: 1 }] } };
  const state = { problem: "bowl", shape: { kappa: 5 }, start: [1, 2], batch: 10, lanes, steps: 70, pins };
  const before = structuredClone(state);
  const controls = new Controls({ state, change: (edit) => edit(state) });
  controls.setProblem("rosenbrock");
  const kept = [{ rule: "momentum", beta: 0.8 }, { rule: "adam" }];
  assert.deepEqual(state, { problem: "rosenbrock", shape: {}, start: null, batch: null, lanes: kept, steps: null, pins: {} });
  controls.setProblem("bowl");
  assert.deepEqual(state, before, "and back to what one had set there");
});

// The lab on a model that notes what is asked, and is told by a test what Python answers.
function labOf(state) {
  const bounds = [[-3, 3], [-2, 2]];
  const bowl = { name: "bowl", title: "A bowl", shapes: {}, bounds, axes: ["u", "v"], data: false, batch: null };
  const knob = (label, values) => ({ label, values, default: values[0] });
  const offers = {
    problems: [bowl], rules: { sgd: { lr: knob("η", [0.1, 0.2, 0.3, 0.4]) } }, schedules: { constant: {} },
    seconds: {}, situations: [], lessons: [], pins: ["A", "B", "C"], files: [".gif"], lanes: 3, steps: knob("steps", [10, 20]),
    seed: knob("seed", [0, 1]), typed: { steps: [1, 2000], seed: [0, 99] },
  };
  const reply = (serial, answered) => ({
    serial, state: answered, problem: "bowl", start: [2, 1], notes: [], python: "", query: "", pins: {}, step: null, commands: { ".gif": "" },
  });
  const values = { offers, reply: reply(0, state), ground: groundPack(), paths: pathsPack([descent()]) };
  const heard = {};
  const model = {
    get: (name) => values[name], set: (name, value) => (values[name] = structuredClone(value)),
    save_changes: () => {}, send: () => {}, on: (name, action) => (heard[name] = action), off: () => {},
  };
  const answer = ({ serial, controls }, steps = 10) => {
    Object.assign(values, { reply: reply(serial, controls), paths: pathsPack([descent(steps)]) });
    heard["change:reply"]();
  };
  const el = document.createElement("div");
  const end = render({ model, el });
  const slider = (id) => el.all(({ attributes }) => attributes?.["data-setting"] === id)[0];
  const move = (id, place) => {
    slider(id).value = place;
    slider(id).fire("input");
    return values.sent;
  };
  const canvas = el.all(({ tag, attributes }) => tag === "canvas" && attributes.tabindex === "0")[0];
  return { slider, move, answer, canvas, end };
}

const onBowl = () => {
  Object.assign(document, { getElementById: () => null });
  Object.assign(globalThis, { matchMedia: window.matchMedia, devicePixelRatio: 1, location: { search: "" } });
  return {
    problem: "bowl", shape: {}, start: null, batch: null, steps: 10, schedule: "constant", decay: {}, seed: 0,
    lanes: [{ rule: "sgd", lr: 0.1 }],
  };
};

test("an answer to an earlier wish takes nothing back; the answer to the last one is shown", () => {
  const state = onBowl();
  const { slider, move, answer, end } = labOf(state);
  const early = move("lane-0-lr", 1);
  move("lane-0-lr", 3);
  answer(early);
  assert.equal(slider("lane-0-lr").value, 3);
  const last = move("steps", 1);
  assert.deepEqual(last.controls, { ...state, steps: 20, lanes: [{ rule: "sgd", lr: 0.4 }] });
  const lanes = [{ rule: "sgd", lr: 0.3 }]; // as Python puts it right
  answer({ ...last, controls: { ...last.controls, lanes } });
  assert.equal(slider("lane-0-lr").value, 2);
  assert.equal(slider("steps").value, 1);
  end();
});

test("an answer is drawn as it comes, not with the screen's next refresh; and once until that", () => {
  const { move, answer, canvas, end } = labOf(onBowl());
  draw();
  const drawn = (asked, steps) => {
    canvas.context.calls.length = 0;
    answer(asked, steps);
    return canvas.context.calls.length > 0;
  };
  const wish = move("lane-0-lr", 1);
  assert.equal(drawn(wish, 6), true);
  assert.equal(drawn(wish, 7), false, "it was, for this refresh");
  draw();
  assert.ok(canvas.context.calls.length, "and so this one is drawn with it");
  assert.equal(drawn(wish, 8), true);
  end();
});

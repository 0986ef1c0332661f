import assert from "node:assert/strict";
import { test } from "node:test";

import { Charts } from "../../optiviz/labs/mnist/js/charts.js";
import { Controls } from "../../optiviz/labs/mnist/js/controls.js";
import { weightColors } from "../../optiviz/labs/mnist/js/panels.js";
import { CHARTS, epochTicks, frameOf, ranges, rowAt, valueTicks } from "../../optiviz/labs/mnist/js/scales.js";
import { render } from "../../optiviz/labs/mnist/js/lab.js";
import { RunTable } from "../../optiviz/labs/mnist/js/table.js";
import { duration, lossWords, percent, settingsWords, spaced, standing } from "../../optiviz/labs/mnist/js/words.js";
import { draw } from "./page.js";
import { strokes } from "./canvas.js";

// Evaluations: epoch, training loss, test loss, test accuracy.
const RUN = { span: 3, rows: [[0.1, 1.2, 1.0, 0.7], [1, 0.4, 0.5, 0.9], [2, 0.2, 0.3, 0.95]] };
const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-9, `${found}, not ${expected}`);

test("what is better stands lower on the chart of the loss, higher on that of the accuracy", () => {
  const loss = frameOf(CHARTS.loss, [RUN], 400, 300);
  assert.ok(loss.y(0.3) > loss.y(0.5) && loss.y(0.5) > loss.y(1));
  const accuracy = frameOf(CHARTS.accuracy, [RUN], 400, 300);
  assert.ok(accuracy.y(0.95) < accuracy.y(0.9) && accuracy.y(0.9) < accuracy.y(0.7));
  // From 90 to 99 % is as far as from 99 to 99.9 %; a tenth of the loss is as far everywhere.
  near(accuracy.y(0.9) - accuracy.y(0.99), accuracy.y(0.99) - accuracy.y(0.999));
  near(loss.y(0.1) - loss.y(1), loss.y(0.01) - loss.y(0.1));
});

test("epochs go from left to right, from the axis to the edge", () => {
  const frame = frameOf(CHARTS.loss, [RUN], 400, 300);
  near(frame.x(0), frame.left);
  near(frame.x(3), frame.right);
  assert.ok(frame.left < frame.right && frame.right < 400 && frame.bottom < 300);
});

test("a chart has room for every value that can be drawn", () => {
  const rows = [...RUN.rows, [3, null, null, null], [3, Infinity, 0, 1]];
  const { low, high, epochs } = ranges(CHARTS.loss, [{ span: 5, rows }]);
  assert.equal(epochs, 5);
  const room = 0.06 * (4 - Math.log10(0.2)); // what is beyond all measure is cut
  near(low, Math.log10(0.2) - room);
  near(high, 4 + room);
  const share = ranges(CHARTS.accuracy, [{ span: 1, rows }]);
  assert.ok(share.low < -Math.log10(0.3) && share.high > -Math.log10(0.05) && share.high < 2);
});

test("a chart without runs has the usual range, and a flat curve is not blown up", () => {
  const empty = ranges(CHARTS.accuracy, []);
  near(empty.low, -Math.log10(0.2) - 0.06 * Math.log10(20));
  assert.equal(empty.epochs, 1);
  const flat = ranges(CHARTS.loss, [{ span: 1, rows: [[1, 0.5, 0.5, 0.9]] }]);
  near(flat.high - flat.low, 0.3 * 1.12);
});

test("ticks are round, ascend, and do not collide", () => {
  for (const chart of Object.values(CHARTS)) {
    for (const height of [80, 160, 300]) {
      const ticks = valueTicks(chart, frameOf(chart, [RUN], 400, height));
      assert.ok(ticks.length > 1);
      for (let i = 1; i < ticks.length; i++) assert.ok(ticks[i - 1][0] - ticks[i][0] >= 20, `${height}`);
    }
  }
  const words = (chart) => valueTicks(chart, frameOf(chart, [RUN], 400, 300)).map(([, said]) => said);
  assert.deepEqual(words(CHARTS.loss), ["0.2", "0.5", "1"]);
  assert.deepEqual(words(CHARTS.accuracy), ["80 %", "90 %", "95 %"]);
  const room = { left: 52, right: 388 };
  assert.deepEqual(epochTicks({ ...room, epochs: 3 }), [0, 1, 2, 3]);
  assert.deepEqual(epochTicks({ ...room, epochs: 50 }), [0, 10, 20, 30, 40, 50]);
});

test("the evaluation under the cursor is the nearest one, and there is none beyond the last", () => {
  assert.equal(rowAt(RUN.rows, 0.4)[0], 0.1);
  assert.equal(rowAt(RUN.rows, 0.6)[0], 1);
  assert.equal(rowAt(RUN.rows, 2.04)[0], 2);
  assert.equal(rowAt(RUN.rows, 2.1), null);
  assert.equal(rowAt([], 0), null);
});

const MARK = { light: "#cc0000", dark: "#ff8888", dash: [] };
const STYLE = { getPropertyValue: () => "#777777", fontFamily: "Sans" };

// The charts of one run, drawn on the page.
function chartsOf(run) {
  Object.assign(globalThis, { devicePixelRatio: 1, getComputedStyle: () => STYLE });
  const settings = { sizes: "784,10" };
  const shown = { ...run, mark: MARK, settings, rule: "adam", phase: "finished", loss: 0.3, accuracy: 0.95 };
  const root = { dataset: { theme: "light" } };
  const charts = new Charts(root, {}, () => [shown], new AbortController().signal);
  for (const { canvas } of charts.panels) Object.assign(canvas, { clientWidth: 400, clientHeight: 300 });
  charts.draw();
  return charts;
}

test("the strong curve is that of the test, the faint one that of the training, as the title says", () => {
  const [loss, accuracy] = chartsOf(RUN).panels;
  const curves = ({ canvas }) => strokes(canvas.context).filter(({ color }) => color === "#cc0000");
  const heights = ({ frame }, k) => RUN.rows.map((row) => [frame.x(row[0]), frame.y(row[k])]);
  const inColor = ([name, , { strokeStyle }]) => name === "stroke" && strokeStyle === "#cc0000";
  const drawn = loss.canvas.context.calls.filter(inColor);
  assert.deepEqual(drawn.map(([, , { globalAlpha }]) => globalAlpha), [0.45, 1]);
  assert.equal(CHARTS.loss.note, "test; faint: training");
  assert.deepEqual(curves(loss).map(({ points }) => points), [heights(loss, 1), heights(loss, 2)]);
  assert.deepEqual(curves(accuracy).map(({ points }) => points), [heights(accuracy, 3)]);
});

test("under the pointer the table tells what the runs had reached there, and else what they have", () => {
  const charts = chartsOf(RUN);
  const [{ canvas, frame }] = charts.panels;
  const table = new RunTable({}, () => {}, () => {}, () => RUN.rows);
  charts.pointed = (epoch) => table.point(epoch);
  table.show([LISTED], "light");
  const words = () => table.body.querySelectorAll("td").slice(2, 5).map((cell) => cell.textContent.trim());
  canvas.fire("pointermove", { clientX: frame.x(1) });
  assert.deepEqual(words(), ["1.0", "0.500", "90.00 %"]);
  assert.equal(table.epoch.textContent, "at epoch");
  canvas.fire("pointermove", { clientX: frame.x(2.9) }); // beyond the last evaluation
  assert.deepEqual(words(), ["–", "–", "–"]);
  canvas.fire("pointerleave");
  assert.deepEqual(words(), ["1.0 / 3", "0.300", "95.00 %"]);
});

test("where a run diverged there is a cross in both charts, with the word", () => {
  const drawn = ({ canvas }) => canvas.context.calls.filter(([name]) => name === "fillText").map(([, [said]]) => said);
  const crossed = (run) => chartsOf(run).panels.map((panel) => drawn(panel).includes("adam diverged"));
  assert.deepEqual(crossed({ ...RUN, fate: "diverged", epoch: 2.2 }), [true, true]);
  assert.deepEqual(crossed({ span: 3, rows: [], fate: "diverged", epoch: 0.02 }), [true, true]); // before any evaluation
  assert.deepEqual(crossed({ ...RUN, fate: "" }), [false, false]);
});

test("the picture to take away has the page's ground below both charts and every name", async () => {
  const charts = chartsOf(RUN);
  const { context } = await charts.picture();
  const names = context.calls.map(([name]) => name);
  const ground = names.indexOf("fillRect");
  assert.ok(ground >= 0 && ground < names.indexOf("fillText"), "the ground comes first");
  assert.equal(context.calls[ground][2].fillStyle, "#777777"); // the page's only colour here
  const words = context.calls.filter(([name]) => name === "fillText").map(([, [said]]) => said);
  for (const part of ["Loss  (test; faint: training)", "Test accuracy  (all 10\u202f000 images)"]) assert.ok(words.includes(part));
  assert.match(words.at(-1), /^adam .*95\.00 %$/);
});

// What the controls are told, and a form of theirs.
const KNOB = { label: "η", values: [0.01, 0.1, 1], default: 0.1 };
const SHARED = ["end", "batch_size", "epochs", "seed", "patience"].map((name) => [name, { ...KNOB, label: name }]);
const FACTS = {
  lanes: 3, rules: { sgd: { lr: KNOB }, adam: { lr: KNOB } }, schedules: [{ name: "constant", ends: false }],
  common: Object.fromEntries(SHARED),
};
const FORM = {
  lanes: [{ rule: "sgd", lr: 0.1 }, { rule: "adam", lr: 0.01 }],
  schedule: "constant", end: 0.1, batch_size: 1, epochs: 1, hidden: "", seed: 0, patience: 0,
};

test("points that are sent again take the place of those that are there, and are drawn once", () => {
  Object.assign(document, { getElementById: () => null });
  Object.assign(globalThis, { matchMedia: window.matchMedia, devicePixelRatio: 1, getComputedStyle: () => STYLE });
  const lanes = FORM.lanes.map(() => ({ command: "optiviz train", mark: MARK }));
  const values = {
    facts: { symbols: {}, lessons: [], ...FACTS }, form: FORM, plan: { state: FORM, lanes, notes: [], serial: 0, query: "" },
    runs: [{ ...LISTED, span: 3 }], status: { phase: "ready", share: 1, left: null, pace: 0 }, seen: {},
  };
  const heard = {};
  const model = { get: (name) => values[name], send: () => {}, on: (name, action) => (heard[name] = action), off: () => {} };
  const el = document.createElement("div");
  const end = render({ model, el });
  const [canvas] = el.all(({ attributes }) => attributes?.["data-chart"] === "loss");
  Object.assign(canvas, { clientWidth: 400, clientHeight: 300 });
  const strong = (since, rows) => {
    heard["msg:custom"]({ type: "rows", run: 1, since, rows, tip: [3, null] });
    canvas.context.calls.length = 0;
    draw();
    return strokes(canvas.context).filter(({ color }) => color === MARK.light).at(-1).points.length;
  };
  const counts = [[0, RUN.rows.slice(0, 2)], [2, RUN.rows.slice(2)], [0, RUN.rows]].map((sent) => strong(...sent));
  assert.deepEqual(counts, [2, 3, 3]);
  end();
});

test("an optimiser that is removed is at once no longer in what is to be trained", () => {
  const told = [];
  const controls = new Controls(FACTS, structuredClone(FORM), (changed) => told.push(changed.lanes));
  const [remove] = controls.node.all(({ attributes }) => attributes?.["aria-label"] === "remove sgd");
  remove.fire("click");
  assert.deepEqual(told, [[{ rule: "adam", lr: 0.01 }]]);
});

const LISTED = {
  run: 1, rule: "adam", settings: { sizes: "784,10" }, mark: MARK, epoch: 1, epochs: 3, loss: 0.3, accuracy: 0.95,
  pace: 1234, phase: "finished", verdict: "converged",
};

test("under every head of the table stands what it says", () => {
  const table = new RunTable({}, () => {}, () => {});
  table.show([LISTED], "light");
  const words = (tag) => table.table.querySelectorAll(tag).map((cell) => cell.textContent.trim());
  const [heads, cells] = [words("th"), words("td")];
  const told = Object.fromEntries(heads.map((head, i) => [head, cells[i]]).slice(2, 7));
  const expected = { epoch: "1.0 / 3", "test loss": "0.300", accuracy: "95.00 %", "updates/s": "1\u202f234", verdict: "converged" };
  assert.deepEqual(told, expected);
});

test("the table lists the runs that there are, the newest first, and a removed one no longer", () => {
  const runs = [3, 2, 1].map((run) => ({ ...LISTED, run }));
  const table = new RunTable({}, () => {}, () => {});
  const listed = () => table.body.children.map(({ attributes }) => Number(attributes["data-run"]));
  table.show(runs, "light");
  assert.deepEqual(listed(), [3, 2, 1]);
  table.show([runs[0], runs[2]], "light");
  assert.deepEqual(listed(), [3, 1]);
});

test("a time is told in the units that matter", () => {
  const rows = [
    [null, "–"],
    [-3, "0 s"],
    [0.4, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 00 s"],
    [605, "10 min 05 s"],
    [3599, "59 min 59 s"],
    [3600, "1 h 0 min"],
    [7384, "2 h 3 min"],
  ];
  for (const [seconds, words] of rows) assert.equal(duration(seconds), words);
});

test("shares and numbers in words", () => {
  assert.deepEqual([null, 0, 0.9243, 1].map(percent), ["–", "0.00 %", "92.43 %", "100.00 %"]);
  assert.deepEqual([7, 999.6, 1234567].map(spaced), ["7", "1\u202f000", "1\u202f234\u202f567"]);
  assert.deepEqual([null, 0.25931, 12.3456].map(lossWords), ["–", "0.259", "12.3"]);
});

test("the settings of a run in words", () => {
  const symbols = { lr: "η", beta: "β", m: "m", seed: "seed" };
  const settings = { lr: 0.02, beta: "0.9", m: 100, seed: 0, schedule: null, sizes: "784,64,32,10" };
  assert.equal(settingsWords({ settings }, symbols), "η 0.02 · β 0.9 · m 100 · seed 0 · 64-32");
  const bare = { lr: 0.5, schedule: "cosine:end=0.005", sizes: "784,10" };
  assert.equal(settingsWords({ settings: bare }, symbols), "η 0.5 · cosine · no hidden layer");
});

test("what has become of a run is its phase, and at last its verdict", () => {
  const verdict = "still improving";
  const said = ["waiting", "training", "stopped", "finished", "failed"].map((phase) => standing({ phase, verdict }));
  assert.deepEqual(said, ["begins", "training", "stopped", verdict, verdict]);
});

test("weights are blue below zero, orange above, and the ground at it", () => {
  const colors = weightColors({ theme: "light", background: "#ffffff" });
  assert.deepEqual(colors[128], [255, 255, 255]);
  assert.deepEqual(colors[1], [0, 114, 178]);
  assert.deepEqual(colors[255], [213, 94, 0]);
  assert.ok(colors[100][2] > colors[100][0] && colors[160][0] > colors[160][2]);
});

test("names stand at their lines' ends, each in its line's colour, apart and above the axis", () => {
  Object.assign(globalThis, { devicePixelRatio: 1, getComputedStyle: () => STYLE });
  const ends = [0.301, 0.3, 0.299];
  const runs = ends.map((loss, i) => ({
    ...LISTED, run: i, span: 3, label: `name ${i}`, letter: i === 0 ? "A" : undefined, back: i > 0,
    rows: [[0, null, 2, 0.1], [3, null, loss, 0.9]], mark: { ...MARK, light: `#00000${i}` },
  }));
  const charts = new Charts({ dataset: { theme: "light" } }, {}, () => runs, new AbortController().signal);
  for (const { canvas } of charts.panels) Object.assign(canvas, { clientWidth: 400, clientHeight: 300 });
  charts.draw();
  const [{ canvas, frame }] = charts.panels;
  const written = canvas.context.calls.filter(([name, [words]]) => name === "fillText" && /^name/.test(words));
  assert.deepEqual(written.map(([, [words], style]) => [words, style.fillStyle]), runs.map(({ label, mark }) => [label, mark.light]));
  const places = written.map(([, [, x, y]]) => [x, y]);
  for (const [x, y] of places) assert.ok(x > frame.right && x + 6 * 6 <= 400 && y <= frame.bottom, `${x}, ${y}`);
  for (let i = 1; i < 3; i++) assert.ok(places[i][1] - places[i - 1][1] > 13.9);
  const strong = canvas.context.calls.filter(([name, , style]) => name === "stroke" && style.globalAlpha === 1 && /^#00000\d/.test(style.strokeStyle));
  assert.deepEqual([...new Set(strong.map(([, , style]) => style.strokeStyle))], ["#000000"]); // the others step back
});

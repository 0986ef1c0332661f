import assert from "node:assert/strict";
import { test } from "node:test";

import { mount } from "../../optiviz/player/js/mount.js";
import { number } from "../../optiviz/player/js/numbers.js";
import { Player } from "../../optiviz/player/js/player.js";
import { descent, groundPack, pathsPack, strokes, texts } from "./canvas.js";
import { draw } from "./page.js";

const near = (a, b, by = 1) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);

function shown(runs = [descent()], { facts, ground, ...options } = {}) {
  const player = new Player(document.createElement("div"), { theme: "light", ...options });
  player.setGround(groundPack(ground));
  player.setPaths(pathsPack(runs, facts));
  draw();
  return player;
}

const classed = (player, name) => player.root.all((part) => part.attributes?.class === name);
const text = (player, name) => classed(player, name).map((part) => part.textContent);
const pressed = (player, name) => player.transport.toggles[name].getAttribute("aria-pressed") === "true";

test("it opens at the end: names, losses, the step", () => {
  const arrives = { verdict: "arrives", said: 7 };
  const player = shown([descent(10, arrives), descent(6, { label: "sgd  η 0.1", verdict: "crawls" })], { facts: { floor: 2 } });
  assert.deepEqual(text(player, "ov-counter"), ["step 10 / 10"]);
  assert.deepEqual([player.transport.scrub.value, player.transport.scrub.max], [10, 10]);
  assert.deepEqual(text(player, "ov-label"), ["momentum", "sgd  η 0.1"]);
  assert.deepEqual(text(player, "ov-verdict"), ["arrives", "crawls"]);
  const loss = (run, t) => `loss ${(run.above[t] + 2).toPrecision(3)}`;
  assert.deepEqual(text(player, "ov-loss"), player.runs.map((run) => loss(run, run.steps)));
  assert.equal(classed(player, "ov-spoken")[0].getAttribute("aria-live"), "polite");
  for (const t of [0, 8]) {
    player.goTo(t);
    draw();
    assert.equal(player.transport.scrub.getAttribute("aria-valuetext"), `step ${t} of 10`);
    assert.deepEqual(text(player, "ov-loss"), player.runs.map((run) => loss(run, Math.min(t, run.steps))));
    assert.deepEqual(text(player, "ov-counter"), [`step ${t} / 10`]);
    assert.deepEqual(text(player, "ov-verdict"), t < 6 ? ["", ""] : ["arrives", "crawls"], "not before it does");
  }
});

test("what a run has become is not said twice where it is but its loss", () => {
  const verdict = `loss ${descent().above[10].toPrecision(3)}`;
  const player = shown([descent(10, { verdict, said: 0 })]);
  assert.deepEqual(["ov-loss", "ov-verdict"].map((name) => text(player, name)[0]), [verdict, ""]);
});

test("each theme has its own colours, in the legend and in the picture", () => {
  const player = shown();
  const key = () => player.root.all((part) => part.tag === "svg" && part.attributes.stroke)[0].attributes.stroke;
  for (const [theme, color, scale] of [["dark", "#ff8888", 1], ["light", "#cc0000", 1], ["slides", "#cc0000", 1.5]]) {
    player.setTheme(theme);
    assert.equal(key(), color);
    assert.equal(player.scale, scale);
    player.canvas.context.calls.length = 0;
    draw();
    assert.ok(strokes(player.canvas.context).some((stroke) => stroke.color === color));
    const { color: numbers } = texts(player.plane.still.context).at(-3); // beside the ground
    assert.equal(numbers, theme === "dark" ? "#999999" : "#777777");
    assert.equal(player.root.style["--ov-background"], theme === "dark" ? "#000000" : "#ffffff");
  }
});

test("other runs have their own words and looks in the legend, whose rows stay where only words change", () => {
  const player = shown([descent(10, { label: "η 0.1" })]);
  const [row] = player.legend.node.children;
  player.setPaths(pathsPack([descent(8, { label: "η 0.2" })]));
  assert.deepEqual(text(player, "ov-label"), ["η 0.2"]);
  assert.equal(player.legend.node.children[0], row);
  player.setPaths(pathsPack([descent(8, { label: "η 0.2", dash: [4, 2] }), descent(8, { label: "η 0.3" })]));
  draw();
  assert.deepEqual(text(player, "ov-label"), ["η 0.2", "η 0.3"]);
  assert.equal(player.legend.node.all((part) => part.attributes?.["stroke-dasharray"])[0].attributes["stroke-dasharray"], "10 5");
  assert.equal(text(player, "ov-loss").filter(Boolean).length, 2);
});

test("the arrows that Python found room for are shown at first", () => {
  const many = shown([descent()], { facts: { shows: { velocity: false, gradient: true } } });
  assert.deepEqual(["velocity", "gradient", "carried"].map((name) => pressed(many, name)), [false, true, false]);
  many.show("carried");
  many.setPaths(pathsPack([descent()]));
  draw();
  assert.deepEqual(["velocity", "gradient", "carried"].map((name) => pressed(many, name)), [false, true, true]);
});

test("the paths before a change stay to compare with, those before a drag for all of it", (context) => {
  const player = shown();
  assert.equal(player.transport.toggles.ghost.disabled, true);
  const first = player.runs;
  const at = (time) => context.mock.method(performance, "now", () => time);
  for (const time of [1000, 1300, 1900]) {
    at(time);
    player.setPaths(pathsPack([descent()]));
    assert.equal(player.earlier, first);
  }
  const last = player.runs;
  at(5000);
  player.setPaths(pathsPack([descent()]));
  assert.equal(player.earlier, last);
  assert.equal(player.transport.toggles.ghost.disabled, false);
  assert.equal(player.ghosts, last);
  player.show("ghost");
  assert.deepEqual(player.ghosts, []);
});

test("a shorter run that was there for less than a frame leaves the thumb where it belongs", () => {
  const player = shown([descent(10)]);
  const { scrub } = player.transport;
  let most = 10;
  const max = { get: () => most, set: (value) => ((most = value), (scrub.value = Math.min(scrub.value, value))) };
  Object.defineProperty(scrub, "max", max); // as a browser has it
  for (const steps of [6, 10]) player.setPaths(pathsPack([descent(steps)]));
  draw();
  assert.deepEqual([scrub.value, scrub.max, player.step], [10, 10, 10]);
});

test("a canvas that has become too small to be drawn on is left as it is", () => {
  const player = shown();
  const [{ canvas }] = player.series;
  const { width } = canvas;
  canvas.getBoundingClientRect = () => ({ left: 0, top: 0, width: 300, height: 20 });
  const before = canvas.context.calls.length;
  player.redraw();
  draw();
  assert.deepEqual([canvas.width, canvas.context.calls.length], [width, before]);
});

test("other paths are shown at the same step, or at their end", () => {
  const player = shown([descent(10)]);
  player.setPaths(pathsPack([descent(20)]));
  assert.equal(player.time, 20);
  player.goTo(15);
  player.setPaths(pathsPack([descent(18)]));
  assert.equal(player.time, 15);
  player.setPaths(pathsPack([descent(5)]));
  assert.equal(player.time, 5);
});

for (const [keys, expected] of [
  [["ArrowRight"], { step: 4 }],
  [["ArrowLeft"], { step: 2 }],
  [["Shift+ArrowRight", "ArrowLeft"], { step: 12 }],
  [["ArrowRight", "ArrowRight", "ArrowRight"], { step: 6 }],
  [["End", "ArrowLeft"], { step: 29 }],
  [["End", "Shift+ArrowLeft"], { step: 20 }],
  [["End", "Home"], { step: 0 }],
  [["Home"], { step: 0 }],
  [["End"], { step: 30 }],
  [[" "], { playing: true }],
  [["]", "]", "["], { speed: 2 }],
  [["L"], { loop: true }],
])
  test(`keys: ${keys.join(" ")}`, () => {
    const player = shown([descent(30)]);
    player.goTo(3);
    for (const key of keys) {
      const [plain, shiftKey] = [key.replace("Shift+", ""), key.startsWith("Shift")];
      player.root.fire("keydown", { key: plain, shiftKey });
    }
    draw();
    for (const [name, value] of Object.entries(expected)) assert.equal(player[name], value);
  });

test("every button that names a key is pressed by it", () => {
  const player = shown();
  for (const [name, chip] of Object.entries(player.transport.toggles)) {
    chip.hidden = false;
    const { attributes } = chip;
    const [, key] = /\((.)\)$/.exec(attributes.title);
    const before = pressed(player, name);
    player.root.fire("keydown", { key: key.toLowerCase() });
    draw();
    assert.equal(pressed(player, name), !before, `${name} by ${key}`);
  }
});

for (const [name, target, facts] of [
  ["in a field", { tag: "select" }, { key: "Home" }],
  ["a browser's own", {}, { key: "d", ctrlKey: true }],
  ["a button's own", { tag: "button" }, { key: " " }],
  ["a slider's own", { tag: "input", attributes: { type: "range" } }, { key: "Home" }],
  ["unknown", {}, { key: "q" }],
])
  test(`a key is left alone: ${name}`, () => {
    const player = shown();
    const heard = Object.assign(document.createElement("div"), target);
    player.root.fire("keydown", { target: heard, ...facts, preventDefault: () => assert.fail() });
    assert.deepEqual([player.step, player.playing, player.look.isDark], [10, false, false]);
  });

test("a click chooses a start within the bounds, a drag many, shift pans", () => {
  const starts = [];
  const player = shown([descent()], { onStart: (start) => starts.push(start) });
  const place = (u, v) => ({ clientX: player.plane.x(u), clientY: player.plane.y(v) });
  const { canvas } = player;
  canvas.fire("pointerdown", place(1, -0.5));
  canvas.fire("pointermove", place(-2, 1));
  canvas.fire("pointerup", place(-2, 1));
  canvas.fire("pointermove", place(0, 0));
  assert.equal(starts.length, 2);
  [[1, -0.5], [-2, 1]].forEach((start, i) => start.forEach((value, k) => near(starts[i][k], value, 0.02)));
  canvas.fire("pointerdown", place(2.99, 1.99));
  canvas.fire("pointermove", { clientX: 9999, clientY: -9999 });
  canvas.fire("pointerup");
  assert.deepEqual(starts.at(-1), [3, 2]);
  const [under, count] = [player.plane.at(200, 100), starts.length];
  canvas.fire("pointerdown", { ...place(0, 0), button: 2 }); // which opens a menu
  canvas.fire("pointerup");
  canvas.fire("pointerdown", { clientX: 200, clientY: 100, shiftKey: true });
  canvas.fire("pointermove", { clientX: 240, clientY: 90 });
  canvas.fire("pointerup");
  player.plane.at(240, 90).forEach((value, k) => near(value, under[k], 1e-6));
  assert.equal(starts.length, count);
});

test("a finger taps a start, but does not drag one; two keep what is under them", () => {
  const starts = [];
  const player = shown([descent()], { onStart: (start) => starts.push(start) });
  const finger = (name, id, x, y) => player.canvas.fire(name, { pointerType: "touch", pointerId: id, clientX: x, clientY: y });
  finger("pointerdown", 1, 150, 100);
  finger("pointerup", 1, 150, 100);
  assert.equal(starts.length, 1);
  finger("pointerdown", 1, 150, 100);
  finger("pointermove", 1, 190, 100);
  finger("pointerup", 1, 190, 100);
  assert.equal(starts.length, 1, "a swipe scrolls the page");
  const under = player.plane.at(150, 100);
  finger("pointerdown", 1, 150, 100);
  finger("pointerdown", 2, 250, 100);
  finger("pointermove", 2, 350, 100);
  near(player.plane.zoom, 2, 1e-9);
  player.plane.at(150, 100).forEach((value, k) => near(value, under[k], 0.05));
  assert.equal(starts.length, 1);
});

test("the wheel zooms about the pointer where it is the page's own, or with Ctrl", () => {
  for (const [wheel, facts, zooms] of [[true, {}, true], [false, {}, false], [false, { ctrlKey: true }, true]]) {
    const player = shown([descent()], { wheel });
    const under = player.plane.at(300, 60);
    player.canvas.fire("wheel", { clientX: 300, clientY: 60, deltaY: -100, deltaMode: 0, ...facts });
    assert.equal(player.plane.zoom > 1, zooms);
    player.plane.at(300, 60).forEach((value, k) => near(value, under[k], 1e-6));
  }
});

test("what lies under the pointer is told with its numbers", () => {
  const player = shown([descent(), descent(10, { label: "other" })]);
  const run = player.runs[0];
  player.canvas.fire("pointermove", { clientX: player.plane.x(run.x[3]), clientY: player.plane.y(run.y[3]) });
  const [words] = text(player, "ov-tip");
  const place = `w₁ ${number(run.x[3], 4)}   w₂ ${number(run.y[3], 4)}`;
  const velocity = `v₁ ${number(run.vx[3])}   v₂ ${number(run.vy[3])}`;
  for (const part of ["step 3", "momentum", `loss ${number(run.above[3])}   η 0.100`, place, velocity])
    assert.ok(words.includes(part), `${part} in ${words}`);
  assert.ok(!words.includes("other"));
  assert.equal(player.hover, 3);
  player.canvas.fire("pointerleave");
  assert.deepEqual([player.hover, player.tip.node.hidden], [null, true]);
});

test("a panel tells the step under the pointer for every run, and a press goes there", () => {
  const player = shown([descent(), descent(4, { name: "sgd" })]);
  const [loss] = player.series;
  const place = { clientX: loss.x(7), clientY: 40 };
  loss.canvas.fire("pointermove", place);
  const [words] = text(player, "ov-tip");
  assert.match(words, /^step 7momentum  loss .*sgd  loss /);
  assert.equal(player.step, 10);
  loss.canvas.fire("pointerdown", { ...place, buttons: 1 });
  assert.equal(player.step, 7);
});

test("a panel's axis grows upwards, its time to the right, its cursor is at the step", () => {
  const player = shown();
  player.goTo(4);
  for (const { canvas } of player.series) canvas.context.calls.length = 0;
  draw();
  for (const series of player.series) {
    const [low, high] = [series.axis.low, series.axis.high];
    assert.ok(series.y(high) < series.y(low) && series.x(10) > series.x(0));
    near(series.y(low), series.box.top + series.box.height);
    near(series.y(high), series.box.top);
    const labels = texts(series.still.context).filter(({ x }) => x === series.box.left - 6);
    assert.ok(labels.length > 1);
    assert.ok(labels.every(({ words }) => words.startsWith("10") === series.axis.log), "decades on a logarithmic axis");
    const lines = strokes(series.still.context).map(({ points }) => points);
    for (const { y } of labels) assert.ok(lines.some(([a, b]) => a[1] === y && b[1] === y), "a line at each number");
    const [cursor] = strokes(series.canvas.context);
    cursor.points.forEach(([x]) => near(x, series.x(4), 1e-6));
    const finished = series.canvas.context.calls.find(([name, [of]]) => name === "drawImage" && of === series.drawn)[1];
    const until = finished[7];
    near(until, series.x(4)); // and no curve is in full colour beyond it
    const dots = series.canvas.context.calls.filter(([name]) => name === "arc").map(([, [x, y]]) => [x, y]);
    const curves = series.curves();
    assert.equal(dots.length, curves.length);
    curves.forEach(({ values }, i) => [series.x(4), series.y(values[4])].forEach((value, k) => near(dots[i][k], value, 1e-3)));
    const drawn = strokes(series.drawn.context).map(({ points }) => points);
    curves.forEach(({ values }, i) => values.filter(Number.isFinite).forEach((value, k) => near(drawn[i][k][1], series.y(value), 1e-3)));
  }
});

test("a panel that a slider changed is drawn where it is seen, and kept as soon as it is needed again", () => {
  const player = shown();
  const copies = (series) => series.canvas.context.calls.filter(([name]) => name === "drawImage").map(([, [of]]) => of);
  const drawings = [1, 2, 3].map((_, i) => {
    if (!i) player.redraw();
    for (const { canvas, still } of player.series) canvas.context.calls.length = still.context.calls.length = 0;
    player.ask();
    draw();
    return player.series.map((series) => [copies(series), strokes(series.canvas.context), strokes(series.still.context)]);
  });
  for (const [i, series] of player.series.entries()) {
    const [first, second, third] = drawings.map((all) => all[i]);
    assert.deepEqual(first[0], []);
    for (const { values } of series.curves())
      assert.ok(first[1].some(({ points }) => points.length === values.filter(Number.isFinite).length));
    assert.deepEqual([second[0], third[0]], [[series.still, series.drawn], [series.still, series.drawn]]);
    assert.ok(second[2].length > 2);
    assert.equal(third[2].length, 0, "kept");
  }
});

test("parts of the velocity are shown and hidden, v₁ and v₂ of one run only", () => {
  const curves = (player) => player.series[1].curves().length;
  const one = shown();
  assert.equal(curves(one), 3);
  const chip = one.root.all((part) => part.attributes?.["data-part"] === "first")[0];
  chip.fire("click");
  assert.equal(curves(one), 2);
  assert.equal(chip.getAttribute("aria-pressed"), "false");
  assert.equal(curves(shown([descent(), descent()])), 2);
});

test("the chips of the velocity show the dashes of its lines", () => {
  const panel = (runs) => shown(runs).series[1];
  const samples = ({ chips }) =>
    chips.map(({ children: [line, words] }) => (words ? line.attributes["stroke-dasharray"] : null));
  const drawn = (series) => series.curves().map(({ dash }) => dash.join(" "));
  const dashed = descent(10, { dash: [5, 2] });
  for (const run of [descent(), dashed]) assert.deepEqual(samples(panel([run])), drawn(panel([run])));
  assert.deepEqual(samples(panel([descent()])), ["", "6 2", "2 2"]);
  assert.deepEqual(samples(panel([descent(), dashed])), [null, "6 2", "2 2"], "each as in the legend");
  // What is to come has them, too, as pale lines of a pixel below those that have passed.
  const { calls } = panel([descent()]).context;
  const used = calls.filter(([name]) => name === "setLineDash").map(([, [dash], { lineWidth }]) => [lineWidth, dash.join(" ")]);
  for (const dash of ["6 2", "2 2"]) assert.equal(used.filter(([width, own]) => width === 1 && own === dash).length, 1);
});

test("a batch is that of the coming step, without the places that are empty", () => {
  const player = shown();
  player.facts.batchSize = 3;
  player.facts.batch = Int32Array.from([5, 6, 7, 1, 2, 3, 9, 8, -1]);
  const at = (t) => (player.goTo(t), [...player.batch()]);
  assert.deepEqual([at(0), at(1), at(2), at(9)], [[5, 6, 7], [1, 2, 3], [9, 8], [9, 8]]);
  player.dispose();
});

test("batches whose loss is not known here are not drawn", () => {
  const player = shown([descent()], { facts: { batchSize: 3 } });
  assert.ok(player.transport.toggles.batch.hidden && !player.batched);
  const samples = { kind: "regression", count: 3 };
  player.setGround(groundPack({ samples }));
  player.setPaths(pathsPack([descent()], { batchSize: 3 }));
  assert.ok(!player.transport.toggles.batch.hidden && player.batched);
  player.dispose();
});

test("the picture says where it leads to, and no number of a run that plays is read out", () => {
  const minima = [[0, 0.5], [1, 1]];
  const player = shown([descent()], { ground: { minima, local: [false, true], saddles: [[-1, 0]] } });
  const words = "Paths over the level bands of the loss: A bowl. Minimum at 0, 0.500. Local minimum at 1.00, 1.00. Saddle at −1.00, 0.";
  assert.equal(player.canvas.getAttribute("aria-label"), words);
  assert.ok(classed(player, "ov-loss").every((part) => part.tag === "span"), "an output would be live");
});

test("where things stand is said aloud when nothing has changed for a while", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const player = shown([descent(100)]);
  player.goTo(3);
  draw();
  context.mock.timers.tick(500);
  assert.deepEqual(text(player, "ov-spoken"), [""]);
  context.mock.timers.tick(200);
  const [run] = player.runs;
  const [loss, u, v] = [run.above[3], run.x[3], run.y[3]].map((value) => number(value));
  assert.deepEqual(text(player, "ov-spoken"), [`A bowl. Step 3 of 100. momentum: loss ${loss} at ${u}, ${v}.`]);
  player.play();
  for (const now of [0, 200, 400]) draw(now);
  context.mock.timers.tick(5000);
  assert.ok(player.playing && player.step > 3);
  assert.match(text(player, "ov-spoken")[0], /Step 3/);
});

test("what is disposed draws and says nothing more", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const player = shown();
  player.goTo(2);
  draw();
  player.play();
  player.dispose();
  player.ask();
  player.canvas.context.calls.length = 0;
  draw();
  context.mock.timers.tick(5000);
  assert.deepEqual(player.canvas.context.calls, []);
  assert.equal(player.speech.node.textContent, "");
  const sheets = [player.plane, ...player.series].flatMap(({ canvas, still }) => [canvas, still]);
  assert.ok(sheets.every(({ width, height }) => width === 0 && height === 0), "its pixels are given back");
});

test("a page mounts a player of two packs in base64", () => {
  const root = document.createElement("div");
  const pack = (bytes) => bytes.toString("base64");
  const player = mount(root, pack(groundPack()), pack(pathsPack([descent()])), { theme: "dark" });
  draw();
  assert.ok(player.look.isDark && player.wheels);
  assert.equal(player.runs[0].x[0], 2);
});

test("no key that is the player's or a letter is heard above it, but those that lead out are", () => {
  const player = shown();
  const heard = (key, facts = {}) => {
    let passed = true;
    player.root.fire("keydown", { key, ...facts, stopPropagation: () => (passed = false) });
    return passed;
  };
  for (const key of [" ", "ArrowRight", "ArrowDown", "Home", "b", "x", "Enter"]) assert.equal(heard(key), false, key);
  for (const key of ["Tab", "Escape", "PageDown", "F5"]) assert.equal(heard(key), true, key);
  assert.equal(heard("s", { ctrlKey: true }), true);
  for (const part of player.root.all((one) => ["button", "select", "input", "canvas"].includes(one.tag)))
    assert.equal(part.getAttribute("data-lm-suppress-shortcuts"), "");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { atEnd, nearest, onModel, onResize, plain, settled, slider, theming } from "../../optiviz/player/js/ui.js";
import "./page.js";

test("a value is written as a person would write it", () => {
  const rows = [
    [0, "0"],
    [0.012, "0.012"],
    [-2.17, "−2.17"],
    [0.1 + 0.2, "0.3"],
    [0.0001, "0.0001"],
    [0.00001, "1.0·10⁻⁵"],
    [99999, "100000"],
    [250000, "2.5·10⁵"],
  ];
  for (const [value, words] of rows) assert.equal(plain(value), words);
  assert.equal(plain(0.123456, 3), "0.123");
});

test("a slider stands at the value that is nearest", () => {
  const values = [0.001, 0.01, 0.1, 1];
  const rows = [
    [0.1, 2],
    [0.04, 1],
    [0.07, 2],
    [-5, 0],
    [7, 3],
  ];
  for (const [value, place] of rows) assert.equal(nearest(values, value), place, `${value}`);
  assert.equal(nearest([1, 3], 2), 0); // the first of two that are as near
});

test("a slider goes from its first value to its last", () => {
  const values = [0.001, 0.01, 0.1, 1];
  let now = 0.01;
  const { input } = slider({ label: "η", values }, () => now, (value) => (now = value));
  const seen = [input.attributes.min, input.attributes.max].map((end) => {
    input.value = Number(end);
    input.fire("input");
    return [now, input.attributes["aria-valuetext"], input.style["--share"]];
  });
  assert.deepEqual(seen, [[0.001, "0.001", "0%"], [1, "1", "100%"]]);
});

test("an action waits until nobody asks for it, and is not done after the end", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const gone = new AbortController();
  let done = 0;
  const later = settled(() => done++, 200, gone.signal);
  later();
  context.mock.timers.tick(150);
  later();
  context.mock.timers.tick(150);
  assert.equal(done, 0);
  context.mock.timers.tick(50);
  assert.equal(done, 1);
  later();
  gone.abort();
  later();
  context.mock.timers.tick(1000);
  assert.equal(done, 1);
});

test("a model is heard until the end", () => {
  const heard = new Map();
  const model = { on: (name, action) => heard.set(name, action), off: (name) => heard.delete(name) };
  const gone = new AbortController();
  const ended = [];
  onModel(model, "change:reply", () => {}, gone.signal);
  atEnd(gone.signal, () => ended.push("once"));
  assert.deepEqual([...heard.keys()], ["change:reply"]);
  gone.abort();
  assert.equal(heard.size, 0);
  assert.deepEqual(ended, ["once"]);
});

test("a size is watched until the end", () => {
  const watched = new Set();
  globalThis.ResizeObserver = class {
    observe(node) {
      watched.add(node);
    }
    disconnect() {
      watched.clear();
    }
  };
  const gone = new AbortController();
  onResize("canvas", () => {}, gone.signal);
  assert.deepEqual([...watched], ["canvas"]);
  gone.abort();
  assert.equal(watched.size, 0);
});

test("light or dark is as asked, else as chosen before, else as the system is", () => {
  const kept = new Map();
  globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  globalThis.matchMedia = () => ({ matches: true, addEventListener: () => {} });
  const opened = (asked) => {
    const root = document.createElement("div");
    const theme = theming(root, () => {}, new AbortController().signal, asked);
    theme.set();
    return { turn: () => theme.button.fire("click"), now: () => root.dataset.theme };
  };
  document.body.dataset.voila = "true"; // a page of its own
  const page = opened();
  assert.equal(page.now(), "dark"); // as the system is
  page.turn();
  assert.equal(page.now(), "light");
  assert.deepEqual(["light", "dark"], [opened().now(), opened("dark").now()]);
  delete document.body.dataset.voila;
  assert.equal(opened().now(), "dark", "in a notebook as that is, whatever was chosen elsewhere");
  document.body.dataset.jpThemeLight = "true";
  const guest = opened();
  assert.equal(guest.now(), "light");
  guest.turn();
  assert.equal(guest.now(), "dark");
  delete document.body.dataset.jpThemeLight;
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { Plane } from "../../optiviz/player/js/plane.js";
import { canvas, descent, GROUND, player, strokes, texts } from "./canvas.js";

const near = (a, b, by = 1e-3) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);
const LOOK = { colors: ["#0000aa", "#8888ff"], inks: ["#000088", "#aaaaff"], role: "accent" };

// What is drawn of a mark with its arrays at a time.
function drawn(one, arrays, time, shows = {}, base = descent(10)) {
  const columns = Object.entries(arrays).map(([name, values]) => [`drawn0.${name}`, Float32Array.from(values)]);
  const run = Object.assign(base, { drawn: [{ ...LOOK, letter: "", ...one }], ...Object.fromEntries(columns) });
  const of = player([run], { shows });
  const plane = new Plane(of, canvas());
  plane.measure();
  plane.frame();
  plane.factor = of.facts.factor;
  run.pixels = plane.pixels(run);
  of.time = time;
  plane.move(plane.context);
  const own = strokes(plane.context).filter(({ color, fill }) => LOOK.colors.includes(color) || fill === LOOK.colors[0]);
  return { plane, run, own, words: texts(plane.context) };
}

const along = (f) => Array.from({ length: 11 }, (_, t) => f(t)).flat();

test("a further trail goes up to its head, dotted, and has its letter there", () => {
  const { plane, own, words } = drawn({ kind: "way", sign: "╌", words: "z", letter: "z" }, { points: along((t) => [t / 5, -t / 10]) }, 3.5);
  const { points } = own[0];
  assert.equal(points.length, 5, "four points, and the head");
  near(points.at(-1)[0], plane.x(0.7));
  near(points.at(-1)[1], plane.y(-0.35));
  const [letter] = words.filter(({ words }) => words === "z");
  assert.ok(Math.hypot(letter.x - plane.x(0.7), letter.y - plane.y(-0.35)) < 20);
  assert.ok(words.some(({ words: said, color }) => said === "╌ z" && color === LOOK.inks[0]), "and a key");
});

test("a circle is as large as its radius says, about its middle, and tells it", () => {
  const axes = along((t) => [t / 10, 0, 0, t / 10]);
  const { plane, own, words } = drawn({ kind: "oval", sign: "◯", words: "d", letter: "d" }, { middle: along(() => [1, 0.5]), axes }, 6);
  const circle = own.find(({ points }) => points.length > 60);
  for (const [x, y] of circle.points) near(Math.hypot(x - plane.x(1), y - plane.y(0.5)) * plane.unit, 0.6);
  assert.ok(words.some(({ words: said }) => said === "d = 0.60"), JSON.stringify(words));
});

test("an ellipse is turned as its matrix is, about the head", () => {
  const axes = along(() => [3, 2, 2, 3]); // long, 5, along (1, 1)
  const { plane, run, own } = drawn({ kind: "oval", sign: "◯", words: "S", share: 0.02 }, { middle: along(() => [0, 0]), axes }, 2);
  const { points } = own.find(({ points }) => points.length > 60);
  const away = points.map(([x, y]) => [x - plane.x(run.x[2]), plane.y(run.y[2]) - y]);
  const [u, v] = away.reduce((a, b) => (Math.hypot(...a) > Math.hypot(...b) ? a : b));
  near(u / v, 1, 1e-2);
  near(Math.hypot(u, v), 5 * 0.02 * Math.min(plane.box.width, plane.box.height));
});

test("what was given up is crossed and stays; a probe is there at its step only", () => {
  const tips = along((t) => (t % 2 ? [NaN, NaN] : [0, t / 10]));
  const crossed = drawn({ kind: "tried", sign: "✕", words: "p", many: 1, crossed: true, longer: false }, { tips }, 4);
  const probe = drawn({ kind: "tried", sign: "○", words: "p", many: 1, crossed: false, longer: false }, { tips }, 4);
  const ends = (of) => of.own.filter(({ points }) => points.length === 2).map(({ points }) => points[1]);
  assert.equal(ends(crossed).length, 9, "three lines, and two strokes for each cross");
  assert.deepEqual(ends(probe).map((end) => end.map(Math.round)), [[crossed.plane.x(0), crossed.plane.y(0.4)].map(Math.round)]);
});

test("of crosses those at which there is something stay, and not every so many steps", () => {
  const tips = Array.from({ length: 200 }, (_, t) => ([1, 7, 150].includes(t) ? [0, t / 100] : [NaN, NaN])).flat();
  const run = descent(199);
  const at = (time) => drawn({ kind: "tried", sign: "✕", words: "p", many: 1, crossed: true, longer: false }, { tips }, time, {}, run);
  assert.deepEqual([1, 8, 199].map((time) => at(time).own.length), [3, 6, 9], "a line and two strokes each");
});

test("parts of a step are as much longer than life as arrows are, and an arrow is where it is told", () => {
  const tips = along((t) => [2, 1 - t / 100]);
  const { plane, run, own } = drawn({ kind: "tried", sign: "✕", words: "p", many: 1, crossed: true, longer: true }, { tips }, 0);
  const [x, y] = own[0].points[1];
  near(x, plane.x(run.x[0]) + 3 * (plane.x(2) - plane.x(run.x[0])));
  near(y, plane.y(run.y[0]) + 3 * (plane.y(1) - plane.y(run.y[0])));
  const pull = drawn({ kind: "pull", sign: "→", words: "h" }, { at: along(() => [1, 1]), vector: along(() => [0.1, -0.2]) }, 5);
  const tip = pull.own.find(({ points }) => points.length === 7).points[3];
  near(tip[0], pull.plane.x(1 + 0.3));
  near(tip[1], pull.plane.y(1 - 0.6));
});

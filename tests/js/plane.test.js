import assert from "node:assert/strict";
import { test } from "node:test";

import { arrowsOf } from "../../optiviz/player/js/arrows.js";
import { layAxes } from "../../optiviz/player/js/field.js";
import { star } from "../../optiviz/player/js/marks.js";
import { Plane } from "../../optiviz/player/js/plane.js";
import { headOf, leaving, tailOf } from "../../optiviz/player/js/trails.js";
import { canvas, descent, DRAWING, GROUND, player, strokes, texts } from "./canvas.js";

const near = (a, b, by = 1e-3) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);
const run = descent();
const all = { velocity: true, gradient: true, carried: true };

// A plane as it is drawn at a time; its context holds what moves.
function drawn(of, time = 0) {
  const plane = new Plane(of, canvas());
  of.plane = plane;
  plane.measure();
  plane.frame();
  plane.factor = of.facts.factor;
  for (const run of of.runs) run.pixels = plane.pixels(run);
  of.time = time;
  plane.move(plane.context);
  return plane;
}

test("u grows to the right, v upwards, by the same measure, and back", () => {
  const plane = drawn(player());
  assert.ok(plane.x(1) > plane.x(0) && plane.y(1) < plane.y(0));
  near(plane.x(1) - plane.x(0), plane.y(0) - plane.y(1));
  for (const place of [[0, 0], [2, 1], [-3, 0.5]]) {
    const [u, v] = plane.at(plane.x(place[0]), plane.y(place[1]));
    near(u, place[0]);
    near(v, place[1]);
  }
  for (const [u, v] of [[-3, -2], [3, 2]]) assert.ok(plane.inside(plane.x(u), plane.y(v)));
  near(plane.x(0), plane.box.left + plane.box.width / 2);
  near(plane.y(0), plane.box.top + plane.box.height / 2);
});

test("what is zoomed about stays where it is, and what is dragged follows", () => {
  const plane = drawn(player());
  const [u, v] = plane.at(100, 80);
  plane.zoomBy(3, 100, 80);
  near(plane.x(u), 100);
  near(plane.y(v), 80);
  plane.panBy(30, -12);
  near(plane.x(u), 130);
  near(plane.y(v), 68);
  plane.zoomBy(1e9);
  assert.equal(plane.zoom, 200);
});

test("it goes no nearer than is known, also where the canvas grows", () => {
  const plane = drawn(player());
  plane.player.ground = { ...plane.player.ground, finest: plane.unit / 7 };
  plane.zoomBy(1e9);
  near(plane.zoom, 7);
  plane.player.ground.finest *= 2;
  plane.frame();
  near(plane.zoom, 3.5);
});

test("the velocity is what led here, the push is downhill by η", () => {
  for (const t of [0, 3, 10]) {
    const [[, , velocity], [, , carried], [, from, push]] = arrowsOf(run, t, all);
    near(velocity[0], run.vx[t]);
    near(velocity[1], run.vy[t]);
    near(push[0], -0.1 * run.gx[t]);
    near(push[1], -0.1 * run.gy[t]);
    assert.ok(push[0] * run.gx[t] + push[1] * run.gy[t] < 0, "downhill");
    assert.deepEqual(from, carried, "the push begins where what is carried ends");
    if (t === 10) continue;
    near(run.x[t] + carried[0] + push[0], run.x[t + 1]);
    near(run.y[t] + carried[1] + push[1], run.y[t + 1]);
    near(carried[0], 0.5 * run.vx[t]);
  }
  assert.deepEqual(arrowsOf(run, 10, all)[1][2], [0, 0], "nothing comes after the last step");
  const met = { ...run, mx: run.gx.map((g) => g / 2), my: run.gy.map((g) => g / 2) };
  near(arrowsOf(met, 3, { gradient: true })[0][2][0], -0.05 * run.gx[3]); // of what the rule meets
  assert.deepEqual(arrowsOf(run, 3, { gradient: true }).map(([kind, from]) => [kind, from]), [["gradient", [0, 0]]]);
});

test("where nothing is carried on, the step is one arrow of the run's colour, with one name", () => {
  const plain = { floor: 0, notes: [], lossTitle: "Loss", factor: 2, times: " ×2", plain: "step = −ηg" };
  for (const shows of [{ velocity: true, gradient: true }, { velocity: true }, { gradient: true }]) {
    const plane = drawn(player([run], { facts: plain, shows }), 2);
    const shapes = strokes(plane.context).filter(({ points }) => points.length === 7);
    assert.deepEqual(shapes.map(({ fill }) => fill), ["#cc0000"]);
    assert.deepEqual(texts(plane.context).map(({ words, color }) => [words, color]), [["→ step = −ηg ×2", "#cc0000"]]);
    near(shapes[0].points[3][0] - plane.x(run.x[2]), (-0.1 * run.gx[2] * 2) / plane.unit);
  }
});

test("an arrow points from the head along its vector, as long as its factor says", () => {
  const of = player([run], { shows: { gradient: true } });
  const plane = drawn(of, 2);
  const shape = strokes(plane.context).find(({ points }) => points.length === 7);
  const tip = shape.points[3];
  const [x, y] = [plane.x(run.x[2]), plane.y(run.y[2])];
  const per = plane.factor / plane.unit;
  near(tip[0], x - 0.1 * run.gx[2] * per);
  near(tip[1], y + 0.1 * run.gy[2] * per);
  near((shape.points[0][0] + shape.points[6][0]) / 2, x);
  near((shape.points[0][1] + shape.points[6][1]) / 2, y);
  const times = texts(plane.context).map(({ words }) => words);
  assert.deepEqual(times, ["→ −η · gradient ×3"], "as Python says");
});

test("each arrow has its colour, in the picture and in the words, and the push begins where the rest ends", () => {
  const plane = drawn(player([run], { shows: all }), 3);
  const shapes = strokes(plane.context).filter(({ points }) => points.length === 7);
  const colors = ["#cc0000", "#aa00aa", "#777777"];
  assert.deepEqual(shapes.map(({ fill }) => fill), colors);
  assert.deepEqual(texts(plane.context).map(({ color }) => color), colors);
  const [, carried, push] = shapes.map(({ points }) => points);
  const tail = [0, 1].map((k) => (push[0][k] + push[6][k]) / 2);
  tail.forEach((value, k) => near(value, carried[3][k]));
});

test("what is said in the upper left corner stands below an axis' name that has no room beside", () => {
  const at = (name) => {
    const plane = new Plane(player([run], { ground: { ...GROUND, axes: ["w₁", name], undefined: "no loss here" } }), canvas());
    Object.assign(plane.player, { plane });
    plane.measure();
    plane.frame();
    plane.factor = 1;
    run.pixels = plane.pixels(run);
    layAxes(plane, plane.context);
    plane.move(plane.context);
    const placed = (words) => texts(plane.context).find((one) => one.words === words);
    return [placed(name), placed("no loss here")];
  };
  const [beside, first] = at("w₂");
  assert.ok(beside.x < first.x);
  const [inside, below] = at("second, λ = 1.89");
  assert.equal(inside.x, first.x);
  assert.ok(below.y - inside.y >= 18, "their plates do not meet");
});

test("the middle of the bounds is the middle of the picture", () => {
  const ground = { ...GROUND, bounds: [[1, 7], [-9, -5]] };
  const plane = drawn(player([run], { ground }));
  near(plane.x(4), plane.box.left + plane.box.width / 2);
  near(plane.y(-7), plane.box.top + plane.box.height / 2);
});

test("a star's first point is up", () => {
  const { context } = canvas();
  star(context, 50, 50, 10, "#ffffff", "#000000");
  assert.deepEqual(strokes(context)[0].points[0], [50, 40]);
});

test("the head is at its step, and between two while time runs", () => {
  const plane = drawn(player([run]));
  const at = (t) => [plane.x(run.x[t]), plane.y(run.y[t])];
  for (const t of [0, 4, 10]) headOf(run, t).forEach((value, k) => near(value, at(t)[k]));
  headOf(run, 4.25).forEach((value, k) => near(value, at(4)[k] + 0.25 * (at(5)[k] - at(4)[k])));
  headOf(run, 99).forEach((value, k) => near(value, at(10)[k]));
});

test("a tail is widest at its head, and thins to its resting width within so many steps", () => {
  const shares = (time) => tailOf(run, time, DRAWING).map(([i, share]) => [i, Number(share.toFixed(6))]);
  assert.deepEqual(shares(8), [[4, 0.8], [5, 0.85], [6, 0.9], [7, 0.95], [8, 1]]);
  assert.deepEqual(shares(2), [[0, 0.9], [1, 0.95], [2, 1]]);
  assert.deepEqual(shares(8.5), [[5, 0.825], [6, 0.875], [7, 0.925], [8, 0.975]]);
  assert.deepEqual(shares(99), shares(10), "a run that has ended keeps its last");
});

test("a path is drawn up to its head in its own colour, and its youngest part is the widest", () => {
  const plane = drawn(player([run], { shows: {} }), 6);
  const all = strokes(plane.context).filter(({ points }) => points.length > 1);
  const star = all.findIndex(({ points }) => points.length === 10);
  const [halo, rest, ...tail] = all.slice(0, star); // and below the star, which no path covers
  const at = (t) => [plane.x(run.x[t]), plane.y(run.y[t])];
  for (const { points } of [halo, rest]) {
    assert.equal(points.length, 8, "seven points, and the head");
    points.slice(0, 7).forEach((point, t) => point.forEach((value, k) => near(value, at(t)[k])));
  }
  const [oldest, youngest] = [tail[0], tail.at(-1)];
  for (const { color } of [rest, oldest, youngest]) assert.equal(color, "#cc0000", "nothing fades into the ground");
  near(rest.width / youngest.width, DRAWING.rest);
  near(oldest.width, rest.width);
  youngest.points.at(-1).forEach((value, k) => near(value, at(6)[k]));
  tail[1].points.flat().forEach((value, k) => near(value, [...at(3), ...at(4)][k]));
});

test("a point far outside is brought nearer in its own direction", () => {
  const far = descent(1);
  [far.x[1], far.y[1]] = [3000, -4000];
  const plane = drawn(player([far]));
  const reach = DRAWING.reach * Math.max(plane.box.width, plane.box.height);
  near(far.pixels[2] - plane.x(0), 0.6 * reach, 1);
  near(far.pixels[3] - plane.y(0), 0.8 * reach, 1);
});

test("a run that ended too soon has a cross where it left, and no words but those by its name", () => {
  const box = { left: 0, top: 0, width: 200, height: 100 };
  assert.deepEqual(leaving([50, 50, 150, 50, 350, 50], 2, box), [188, 50]);
  assert.deepEqual(leaving([50, 50, 50, 30, 50, -500], 2, box), [50, 12]);
  const lost = descent(4, { divergedAt: 5 }); // its last step is not among the points
  assert.deepEqual(texts(drawn(player([lost], { shows: {} }), 3).context), []);
  const words = texts(drawn(player([lost], { shows: {} }), 4).context).map(({ words }) => words);
  assert.deepEqual(words, ["✕"]);
});

test("the point nearest to the pointer, within reach", () => {
  const plane = drawn(player());
  const found = plane.nearest(plane.x(run.x[7]) + 1, plane.y(run.y[7]));
  assert.equal(found.t, 7);
  assert.equal(plane.nearest(plane.x(-3), plane.y(2)), null);
});

test("a ring is drawn around the deepest minima above the heads, and the heaviest line last", () => {
  const ground = { ...GROUND, minima: [[0, 0], [1, 1]], local: [false, true] };
  const plane = drawn(player([run, descent(10, { weight: 2, colors: ["#00cc00", "#00cc00"] })], { ground, shows: {} }), 10);
  const arcs = plane.context.calls.filter(([name]) => name === "arc").map(([, [x, y, radius]]) => [x, y, radius]);
  const rings = arcs.slice(-2);
  for (const [x, y, radius] of rings) {
    near(x, plane.x(0));
    near(y, plane.y(0));
    assert.ok(radius > 2 * arcs.at(-3)[2], "wider than a head");
  }
  const own = strokes(plane.context).filter(({ points }) => points.length > 1 && points.length !== 10);
  assert.equal(own.at(-1).color, "#00cc00", "the heaviest line is drawn last");
  near(own.at(-1).width, 2 * own.filter(({ color }) => color === "#cc0000").at(-1).width);
});

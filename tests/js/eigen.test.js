import assert from "node:assert/strict";
import { test } from "node:test";

import { Player } from "../../optiviz/player/js/player.js";
import { descent, groundPack, pathsPack, strokes } from "./canvas.js";
import { draw } from "./page.js";

// The run of canvas.js: curvatures 4 and 1 along the axes of the plane.
const eigen = { at: [0, 0], axes: [[0, 1], [1, 0]], exact: true, reach: 2, edge: 1e-9, nearOne: 5e-4 };

function shown(facts = {}) {
  const player = new Player(document.createElement("div"), { theme: "light" });
  const run = descent(10, { eigen: { curvatures: [4, 1], limits: [null, null] } });
  player.setGround(groundPack());
  player.setPaths(pathsPack([run], { panels: ["loss", "eigen"], eigen, ...facts }));
  const [made] = player.runs;
  Object.assign(made, { c0: made.y, c1: made.x });
  player.redraw();
  draw();
  return player;
}

const rows = (player) => player.root.all(({ tag }) => tag === "li").map((row) => row.textContent);

test("both axes are told, in words and in lines", () => {
  const player = shown();
  assert.deepEqual(rows(player).slice(0, 2), ["λ 4 · no fixed factor a step is known", "λ 1 · no fixed factor a step is known"]);
  const panel = player.series[1];
  assert.equal(panel.title.textContent, "w − w* along the curvature’s axes");
  assert.deepEqual(panel.curves().map(({ values }) => [...values]), [[...player.runs[0].y], [...player.runs[0].x]]);
  assert.ok(panel.axis.high > 2 && panel.axis.low === -panel.axis.high);
});

test("the chip shows the loss of each in their place", () => {
  const player = shown();
  const [panel] = player.series.slice(1);
  const chip = panel.figure.all(({ attributes }) => attributes["data-part"] === "loss")[0];
  assert.equal(chip.getAttribute("aria-pressed"), "false");
  chip.fire("click");
  draw();
  assert.equal(panel.title.textContent, "Loss along the curvature’s axes");
  const { above } = player.runs[0];
  const [steep, flat] = panel.curves().map(({ values }) => values);
  above.forEach((loss, t) => assert.ok(Math.abs(steep[t] + flat[t] - loss) < 1e-6));
  assert.equal(panel.axis.log, true);
});

test("what leaves the picture does not press the rest flat", () => {
  const player = shown({ eigen: { ...eigen, reach: 0.5 } });
  assert.ok(player.series[1].axis.high < 0.7);
});

test("its axes lie on the plane while they are shown", () => {
  const player = shown();
  const crossing = () => {
    player.plane.context.calls.length = 0;
    player.redraw();
    draw();
    return strokes(player.plane.context).filter(({ points }) => points.some(([x]) => x < -100 || x > 600));
  };
  assert.equal(crossing().length, 1); // the flat one: the other leaves the canvas above and below
  player.shows.axes = false;
  assert.equal(crossing().length, 0);
});

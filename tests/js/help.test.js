import assert from "node:assert/strict";
import { test } from "node:test";

import { arrowAt } from "../../optiviz/player/js/arrows.js";
import { arrowTerms } from "../../optiviz/player/js/formulas.js";
import { TABLE } from "../../optiviz/player/js/keys.js";
import { Player } from "../../optiviz/player/js/player.js";
import { descent, groundPack, pathsPack } from "./canvas.js";
import { draw } from "./page.js";

const GLOSSARY = [["converged", "near the bottom since step t"]];
const KEPT = { lines: ["v ← βv − ηg", "w ← w + v"], still: { β: 0.5, η: 0.1 }, changing: [] };

function shown(runs, facts = {}) {
  const player = new Player(document.createElement("div"), { theme: "light" });
  player.setGround(groundPack({ glossary: GLOSSARY }));
  player.setPaths(pathsPack(runs, { panels: ["loss", "formula"], ...facts }));
  draw();
  return player;
}

test("every key that is bound is in the help, and once", () => {
  const player = shown([descent()]);
  const { node } = player.help;
  node.showModal = () => (node.open = true);
  player.root.fire("keydown", { key: "?" });
  assert.ok(node.open);
  const terms = node.all((part) => part.tag === "dt").map(({ textContent }) => textContent);
  for (const { name } of TABLE) assert.equal(terms.filter((term) => term === name).length, 1, name);
  const keys = TABLE.flatMap((row) => row.keys);
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(node.textContent.includes(GLOSSARY[0][1]));
});

test("a key in the help is the help's own", () => {
  const player = shown([descent()]);
  const dialog = Object.assign(document.createElement("dialog"), {});
  player.root.fire("keydown", { target: dialog, key: "Home", preventDefault: () => assert.fail() });
  assert.equal(player.step, 10);
});

test("marks: keys go from what happens to what happens, and it is said there only", () => {
  const events = [{ step: 3, words: "overshoots at step 3" }, { step: 7, words: "arrives" }];
  const player = shown([descent(10, { events }), descent(10, { name: "sgd" })]);
  const at = (key) => {
    player.root.fire("keydown", { key });
    draw();
    return [player.step, player.transport.said.textContent];
  };
  assert.deepEqual(at(","), [7, "momentum arrives"]);
  assert.deepEqual(at(","), [3, "momentum overshoots at step 3"]);
  assert.deepEqual(at("ArrowRight"), [4, ""]);
  assert.equal(player.transport.scrub.style["--ov-stops"].match(/#cc0000/g).length, 2);
});

test("an arrow that is pointed at is lit with its term, of its own run", () => {
  const formula = KEPT;
  const still = { vx: new Float32Array(11), vy: new Float32Array(11) };
  const player = shown([descent(10, { formula, ...still }), descent(10, { formula, name: "other" })]);
  player.goTo(2);
  draw();
  const [, run] = player.runs;
  const { factor, unit } = player.plane;
  const [x, y] = [run.pixels[4] + (0.7 * run.vx[2] * factor) / unit, run.pixels[5] - (0.7 * run.vy[2] * factor) / unit];
  assert.deepEqual(arrowAt(player.plane, x, y), { ...arrowAt(player.plane, x, y), run, kind: "velocity" });
  player.canvas.fire("pointermove", { clientX: x, clientY: y });
  assert.deepEqual(player.lit, { run, kind: "velocity" });
  assert.equal(player.formula.shown, run);
  assert.equal(player.formula.lit, "v");
  player.canvas.fire("pointermove", { clientX: 399, clientY: 3 });
  assert.deepEqual([player.lit, player.formula.lit], [null, undefined]);
});

test("a chip that has the focus lights its arrow; the formula follows the moment pointed at", () => {
  const player = shown([descent(10, { formula: KEPT })]);
  player.transport.toggles.gradient.fire("focus");
  assert.deepEqual(player.lit, { run: player.runs[0], kind: "gradient" });
  assert.equal(player.formula.lit, "g");
  const velocity = player.formula.lines.all((part) => part.attributes?.["data-term"] === "v");
  assert.ok(velocity.length && velocity.every(({ attributes }) => attributes.style === "color:#cc0000"));
  player.transport.toggles.gradient.fire("blur");
  assert.equal(player.lit, null);
  const [loss] = player.series;
  loss.canvas.fire("pointermove", { clientX: loss.x(4), clientY: 40 });
  draw();
  assert.equal(player.formula.title.textContent, "To step 5");
});

test("from step to step the formula keeps its terms, and changes their numbers", () => {
  const formula = { lines: ["w ← w − ηg"], still: { η: 0.1 }, changing: [] };
  const player = shown([descent(10, { formula })]);
  const { lines } = player.formula;
  const [term] = lines.all((part) => part.attributes?.["data-term"] === "g").slice(1);
  const numbers = () => lines.all((part) => part.attributes?.class === "ov-numbers")[0].textContent;
  const before = numbers();
  player.goTo(3);
  draw();
  assert.notEqual(numbers(), before);
  assert.ok(lines.contains(term));
  player.setPaths(pathsPack([descent(10, { formula: { ...formula, lines: ["w ← w − g"] } })], { panels: ["loss", "formula"] }));
  draw();
  assert.ok(!lines.contains(term) && !numbers().includes("0.1·"), "another rule has lines of its own");
});

test("a rule without a velocity has its step as the change of w, and carries none of it on", () => {
  const sgd = { lines: ["w ← w − ηg"], still: { η: 0.1 }, changing: [] };
  const hidden = (...formulas) => shown(formulas.map((formula) => descent(10, { formula }))).transport.toggles.carried.hidden;
  assert.deepEqual([hidden(sgd), hidden(KEPT), hidden(sgd, KEPT)], [true, false, false]);
  const lines = ["s ← βs + (1 − β)g²", "w ← w − ηg/(√s + ε)"];
  assert.deepEqual(arrowTerms({ formula: { lines } }), { w: "velocity", g: "gradient" });
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { Player } from "../../optiviz/player/js/player.js";
import { descent, groundPack, pathsPack } from "./canvas.js";
import { draw } from "./page.js";

function shown() {
  const player = new Player(document.createElement("div"), { theme: "light" });
  player.setGround(groundPack());
  player.setPaths(pathsPack([descent(10)]));
  draw();
  const [counter] = player.root.all(({ attributes }) => attributes?.class === "ov-counter");
  const [field] = player.root.all(({ attributes }) => attributes?.class === "ov-typed");
  const type = (text, key) => {
    counter.fire("click");
    field.value = text;
    field.fire("keydown", { key, stopPropagation: () => {} });
    draw();
    return counter.textContent;
  };
  return { player, counter, field, type };
}

test("a step that is typed is gone to, and one that is not there corrected", () => {
  const { counter, field, type } = shown();
  counter.fire("click");
  assert.deepEqual([field.hidden, counter.hidden, field.value], [false, true, "10"]);
  assert.equal(type("7", "Enter"), "step 7 / 10");
  assert.deepEqual([field.hidden, counter.hidden], [true, false]);
  assert.equal(type("99", "Enter"), "step 10 / 10");
  assert.equal(type("-3", "Enter"), "step 0 / 10");
  assert.equal(type("2.6", "Enter"), "step 3 / 10");
  for (const nothing of ["", "x", "Infinity"]) assert.equal(type(nothing, "Enter"), "step 3 / 10");
});

test("escape leaves it", () => {
  const { field, type } = shown();
  assert.equal(type("7", "Escape"), "step 10 / 10");
  assert.equal(field.hidden, true);
});

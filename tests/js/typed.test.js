import assert from "node:assert/strict";
import { test } from "node:test";

import { corrected, typed, typedSlider, written } from "../../optiviz/labs/surface/js/typed.js";
import "./page.js";

const ENDS = { label: "η", least: 0.1, most: 10 };

for (const [text, expected] of [
  ["0.25", [0.25, ""]],
  ["  0,25 ", [0.25, ""]],
  ["1e-1", [0.1, ""]],
  ["−3", [0.1, "At least 0.1."]],
  ["1e9", [10, "At most 10."]],
  ["−1e−3", [0.1, "At least 0.1."]],
  ["1e−1", [0.1, ""]],
  ["1.000,5", [3, "That is no number."]],
  ["Infinity", [10, "At most 10."]],
  ["1 2", [3, "That is no number."]],
  ["<b>", [3, "That is no number."]],
  ["NaN", [3, "That is no number."]],
  ["", [3, ""]],
])
  test(`typed: ${JSON.stringify(text)}`, () => assert.deepEqual(corrected(text, ENDS, 3), expected));

test("a whole number is one, and ends may move", () => {
  assert.deepEqual(corrected("2.6", { least: 1, most: 9, whole: true }, 1), [3, "A whole number."]);
  assert.deepEqual(corrected("5", { least: 1, most: () => 4 }, 1), [4, "At most 4."]);
  for (const text of ["1,000", "1.000", "1 000", "1000", "1e3"])
    assert.deepEqual(corrected(text, { least: 1, most: 2000, whole: true }, 7), [1000, ""], text);
});

test("a number is written as one may go on to edit it", () => {
  for (const value of [0.00001, 1e-7, 2048, 0.1 + 0.2, -0.33]) assert.equal(Number(written(value)), Number(value.toPrecision(7)));
});

function field(facts = ENDS) {
  const told = [];
  let now = 3;
  const made = typed(facts, () => now, (value) => told.push((now = value)));
  const type = (text) => {
    made.input.value = text;
    made.input.fire("change");
  };
  return { ...made, told, type };
}

test("what is typed is set, and what cannot be is corrected in the field with words", () => {
  const { input, said, told, type, read } = field();
  assert.equal(input.value, "3");
  type("99");
  assert.deepEqual([input.value, said.textContent, said.hidden, told], ["10", "At most 10.", false, [10]]);
  assert.equal(input.getAttribute("aria-invalid"), "true");
  read(); // Python has answered: the words are still about what is there
  assert.equal(said.hidden, false);
  type("x");
  assert.deepEqual([input.value, said.textContent, told], ["10", "That is no number.", [10]]);
  type("0.5");
  assert.deepEqual([input.value, said.hidden, told], ["0.5", true, [10, 0.5]]);
});

test("an answer does not take away what somebody is typing", () => {
  const { input, read } = field();
  document.activeElement = input;
  input.value = "0.";
  read();
  assert.equal(input.value, "0.");
  document.activeElement = null;
  read();
  assert.equal(input.value, "3");
});

test("a slider and its field tell of each other", () => {
  let now = 0.2;
  const knob = { label: "η", values: [0.1, 0.2, 0.4], default: 0.2 };
  const made = typedSlider(knob, () => now, (value) => (now = value), { "data-setting": "lr" });
  const number = made.node.all(({ attributes }) => attributes?.["data-setting"] === "lr-typed")[0];
  made.input.value = 2;
  made.input.fire("input");
  assert.deepEqual([now, number.value], [0.4, "0.4"]);
  number.value = "0.13";
  number.fire("change");
  made.read();
  assert.deepEqual([now, made.input.value, made.input.getAttribute("aria-valuetext")], [0.13, 0, "0.13"]);
  number.value = "7";
  number.fire("change");
  assert.equal(now, 0.4);
});

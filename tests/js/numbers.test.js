import assert from "node:assert/strict";
import { test } from "node:test";

import { number } from "../../optiviz/player/js/numbers.js";

test("numbers in words", () => {
  const rows = [
    [0, "0"],
    [1, "1.00"],
    [-1.5, "−1.50"],
    [1234, "1234"],
    [0.00012, "1.20·10⁻⁴"],
    [Infinity, "–"],
  ];
  for (const [value, words] of rows) assert.equal(number(value), words);
});

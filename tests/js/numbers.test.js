import assert from "node:assert/strict";
import { test } from "node:test";

import { blend, clamp, extent, number, powers, ticks, unpack, written } from "../../optiviz/player/js/numbers.js";

for (const [value, digits, words] of [
  [0, 3, "0"],
  [1, 3, "1.00"],
  [-1.5, 3, "−1.50"],
  [12.345, 3, "12.3"],
  [999.4, 3, "999"],
  [999.96, 3, "1000"],
  [-999.96, 3, "−1000"],
  [1234.5, 3, "1235"],
  [9999.4, 3, "9999"],
  [9999.6, 3, "1.00·10⁴"],
  [9.96, 2, "10"],
  [99.96, 1, "100"],
  [9.6, 1, "10"],
  [0.25, 1, "0.3"],
  [0.001, 3, "0.00100"],
  [0.00099996, 3, "0.00100"],
  [0.0009994, 3, "9.99·10⁻⁴"],
  [-1.2e-13, 3, "−1.20·10⁻¹³"],
  [6.02214e23, 4, "6.022·10²³"],
  [Infinity, 3, "–"],
  [NaN, 3, "–"],
])
  test(`${value} in ${digits} digits is ${words}`, () => assert.equal(number(value, digits), words));

// What a reader makes of the words.
function read(words) {
  const digits = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";
  const [mantissa, power] = words.replace("−", "-").split("·10");
  const exponent = [...(power ?? "⁰")].map((c) => "-0123456789"[digits.indexOf(c)]).join("");
  return Number(mantissa) * 10 ** Number(exponent);
}

test("a number reads back as itself, and its words are few", () => {
  for (let e = -12; e <= 12; e++)
    for (const m of [1, 1.0049, 1.5, 3.14159, 9.4999, 9.5, 9.94, 9.95, 9.994, 9.996, 9.99996])
      for (const digits of [1, 2, 3, 4]) {
        const value = m * 10 ** e;
        const words = number(value, digits);
        assert.doesNotMatch(words, /e|NaN/);
        assert.ok(Math.abs(read(words) / value - 1) <= 0.5001 * 10 ** (1 - digits), `${value}: ${words}`);
        assert.ok(words.length <= digits + 8, words);
        assert.equal(number(-value, digits), `−${words}`);
      }
});

for (const [low, high, most, words] of [
  [0, 10, 5, ["0", "2", "4", "6", "8", "10"]],
  [0, 10, 10, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]],
  [-1.1, 3.1, 5, ["−1", "0", "1", "2", "3"]],
  [0, 0.3, 3, ["0.0", "0.1", "0.2", "0.3"]],
  [0, 130, 3, ["0", "50", "100"]],
  [0, 1, 0.2, ["0", "1"]],
])
  test(`ticks from ${low} to ${high}, at most about ${most}`, () => {
    const found = ticks(low, high, most);
    assert.deepEqual(found.map(([, w]) => w), words);
    for (const [value, w] of found) assert.ok(Math.abs(value - Number(w.replace("−", "-"))) < 1e-12);
  });

test("ticks are 1, 2 or 5 apart, few, and within", () => {
  for (let i = 1; i < 400; i++) {
    const [low, high, most] = [-Math.sin(i) * 7, -Math.sin(i) * 7 + 1.17 ** (i % 60) / 50, 2 + (i % 9)];
    const values = ticks(low, high, most).map(([value]) => value);
    const steps = values.slice(1).map((value, k) => value - values[k]);
    for (const step of steps) {
      const lead = step / 10 ** Math.floor(Math.log10(step) + 1e-6);
      assert.ok([1, 2, 5, 10].some((n) => Math.abs(n - lead) < 1e-4), `${step}`);
    }
    assert.ok(values.length <= most + 2 && values.length >= Math.floor(most / 2.5), `${values}`);
    assert.ok(values.every((value) => value >= low - 1e-6 && value <= high + 1e-6));
  }
});

test("powers of ten, as many as there is room for", () => {
  assert.deepEqual(powers(0.002, 300, 9).map(([, words]) => words), ["10⁻²", "10⁻¹", "10⁰", "10¹", "10²"]);
  assert.deepEqual(powers(1, 1e6, 3).map(([value]) => value), [1, 1e3, 1e6]);
});

test("colours are mixed by shares", () => {
  assert.equal(blend("#000000", "#ffffff", 0.2), "#333333");
  assert.equal(blend("#ff0000", "#0000ff", 0), "#ff0000");
  assert.equal(blend("#ff0080", "#00ff00", 1), "#00ff00");
  assert.equal(clamp(5, 0, 3), 3);
  assert.equal(clamp(-5, 0, 3), 0);
  assert.deepEqual(extent([3, -1, 2]), [-1, 3]);
});

test("a pack is read from wherever its bytes begin", () => {
  const facts = { runs: [{}], arrays: [{ into: -1, name: "a", type: "u2", count: 3 }, { into: 0, name: "x", type: "f4", count: 2 }] };
  const text = Buffer.from(JSON.stringify(facts));
  const block = Buffer.alloc(1 + 4 + text.length + 6 + 8);
  block.writeUInt32LE(text.length, 1);
  text.copy(block, 5);
  [1, 2, 65535].forEach((n, i) => block.writeUInt16LE(n, 5 + text.length + 2 * i));
  [0.5, -2].forEach((n, i) => block.writeFloatLE(n, 11 + text.length + 4 * i));
  const read = unpack(block.subarray(1));
  assert.deepEqual([...read.a], [1, 2, 65535]);
  assert.deepEqual([...read.runs[0].x], [0.5, -2]);
});

test("what Python wrote is told as a person would write it, in all its digits", () => {
  const told = ["0.02236", "4e-05", "1e-05", "1.25e+30", "-0.5", "-3e-07", "16", "linear", "784,10"].map(written);
  assert.deepEqual(told, ["0.02236", "4·10⁻⁵", "10⁻⁵", "1.25·10³⁰", "−0.5", "−3·10⁻⁷", "16", "linear", "784,10"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { opacity, place, wrapped } from "../../optiviz/player/js/notes.js";

test("a note appears, stays, fades, and stands at the end", () => {
  const at = (t) => opacity({ step: 40 }, t, 100, { stays: 0.2, fades: 0.1 });
  assert.deepEqual([39.9, 40, 60, 71, 100].map(at), [0, 1, 1, 0, 1]);
  assert.ok(Math.abs(at(65) - 0.5) < 1e-9);
});

test("words are wrapped where they have spaces", () => {
  assert.deepEqual(wrapped("too fast to stop here", 10), ["too fast", "to stop", "here"]);
  assert.deepEqual(wrapped("incomprehensible", 5), ["incomprehensible"]);
});

test("words lie in the frame, beside their point, and cover nothing", () => {
  const frame = [0, 0, 300, 200];
  for (const point of [[150, 100], [2, 2], [298, 199], [298, 3]]) {
    const own = [point[0] - 10, point[1] - 10, point[0] + 10, point[1] + 10];
    const first = place(point, [80, 30], frame, [own], 15);
    const second = place(point, [80, 30], frame, [own, first], 15);
    for (const [l, t, r, b] of [first, second]) {
      assert.ok(l >= 0 && t >= 0 && r <= 300 && b <= 200);
      assert.ok(r <= own[0] || l >= own[2] || b <= own[1] || t >= own[3]);
    }
    const apart = first[2] <= second[0] || second[2] <= first[0] || first[3] <= second[1] || second[3] <= first[1];
    assert.ok(apart);
  }
});

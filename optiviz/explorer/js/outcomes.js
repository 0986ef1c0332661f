// What lines come to that are no arithmetic with one coordinate: a slope elsewhere, Newton's step, what
// a matrix makes of a slope. Each is a function of both coordinates' symbols, and of what was kept of
// the steps before.

import { sidesOf } from "../../player/js/formula.js";

const dot = ([a, b], [c, d]) => a * c + b * d;
const both = ([one, other], at) => [one[at], other[at]];

// −Hg by the two-loop recursion, as optim/looking.py has it: H from pairs of a step and what it changed
// of the slope.
function newton({ place, counts: { history, curved } }) {
  const [g, p, a] = ["g", "p", "a"].map(place);
  return (symbols, kept) => {
    const pairs = (kept.pairs ??= []);
    const slope = both(symbols, g);
    if (kept.slope) {
      const s = both(symbols, p).map((way, axis) => way * symbols[axis][a]);
      const y = slope.map((value, axis) => value - kept.slope[axis]);
      if (dot(y, s) > curved) pairs.push({ s, y, bend: dot(y, s) });
      if (pairs.length > history) pairs.shift();
    }
    kept.slope = slope;
    let q = slope;
    const less = (share, way) => (q = q.map((value, axis) => value - share * way[axis]));
    const shares = [];
    for (const { s, y, bend } of [...pairs].reverse()) {
      shares.push(dot(s, q) / bend);
      less(shares.at(-1), y);
    }
    const last = pairs.at(-1);
    if (last) q = q.map((value) => (value * last.bend) / dot(last.y, last.y));
    for (const { s, y, bend } of pairs) less(dot(y, q) / bend - shares.pop(), s);
    return q.map((value) => -value);
  };
}

// (S + εI)^(−½)g with S the sum of all ggᵀ, whose root is made anew every so many steps.
function rooted({ place, still, counts: { every = 1 } }) {
  const g = place("g");
  return (symbols, kept, t) => {
    const [u, v] = both(symbols, g);
    const sum = (kept.sum ??= [0, 0, 0]);
    [u * u, u * v, v * v].forEach((product, i) => (sum[i] += product));
    if (t % every === 0) kept.root = [...sum];
    const [a, b, d] = kept.root;
    const [middle, half] = [(a + d) / 2 + still["ε"], (a - d) / 2];
    const apart = Math.hypot(half, b);
    const turn = Math.atan2(b, half) / 2;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const along = (u * cos + v * sin) / Math.sqrt(middle + apart);
    const across = (v * cos - u * sin) / Math.sqrt(Math.max(middle - apart, still["ε"]));
    return [along * cos - across * sin, along * sin + across * cos];
  };
}

// A matrix, which has no number in one coordinate.
const matrix = () => () => [NaN, NaN];

const MADE = {
  "−Hg": newton,
  "S + ggᵀ": matrix,
  "(S + εI)^(−½)g": rooted,
  "L + GGᵀ": matrix,
  "R + GᵀG": matrix,
  "(L + εI)^(−¼)G(R + εI)^(−¼)": rooted, // of a point as full AdaGrad
};

// The slope at a place, and where the line says so, shortened to C.
function looked(line, name, { place, slopes, still }) {
  const at = place(name);
  return (symbols, _, t) => {
    const found = slopes(...both(symbols, at), t);
    if (!line.includes("C")) return found;
    const size = Math.max(still.C, Math.hypot(...found));
    return found.map((value) => (value * still.C) / size);
  };
}

// What a line's symbol comes to, with both coordinates' symbols in their places; null where that is
// arithmetic, or nothing known. `sent` are numbers that came with the run, by the symbol.
export function outcomeOf(line, tools) {
  const [symbol, right] = sidesOf(line);
  const [one, other] = tools.sent[symbol];
  const at = /∇L\((.+?)\)/.exec(right)?.[1];
  const made = at ? looked(line, at, tools) : (MADE[right]?.(tools) ?? null);
  if (!one) return made;
  // None came of the step that ended a run; what is made again knows all the steps before.
  return (symbols, kept, t) => {
    const found = made?.(symbols, kept, t) ?? [NaN, NaN];
    return t < one.length ? [one[t], other[t]] : found;
  };
}

// A run made again, from its surface's slopes and the lines of its rule, for the numbers that a page
// does not keep: what the rule keeps, and the gradient, in full precision.

import { batchSurface } from "../../player/js/batch.js";
import { compiled, isTogether, sidesOf } from "../../player/js/formula.js";
import { outcomeOf } from "./outcomes.js";

// The slopes of a surface as operations: as problems/planes/written.py has them.
const OPERATIONS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  negative: (a) => -a,
  square: (a) => a * a,
};

// A function of (x, y) that gives both slopes.
function written(lines) {
  const [dx, dy] = lines.at(-1);
  const values = lines.slice(0, -1).map(([first]) => first); // of an operation, soon its result
  const found = (symbol) => values.indexOf(symbol);
  const [x, y] = [found("x"), found("y")];
  const steps = lines.slice(0, -1).flatMap(([name, a, b], into) =>
    a === undefined ? [] : [{ of: OPERATIONS[name] ?? Math[name], a, b, into }],
  );
  return (u, v) => {
    if (x >= 0) values[x] = u;
    if (y >= 0) values[y] = v;
    for (const { of, a, b, into } of steps) values[into] = of(values[a], values[b]);
    return [values[dx], values[dy]];
  };
}

// The slopes of a surface at a point before a step; of samples, those of the step's batch. Null where
// the page does not know them.
export function slopesOf({ slopes, samples, xy, groups }, batch, size) {
  if (slopes) return written(slopes);
  if (!samples) return null;
  const told = { ...samples, xy, groups };
  if (!batch) {
    const { slopes: all } = batchSurface(told, [...Array(samples.count).keys()]);
    return all;
  }
  const rows = batch.length / size;
  return (u, v, t) => {
    const row = Math.min(t, rows - 1);
    const own = batch.subarray(row * size, (row + 1) * size).filter((i) => i >= 0);
    return batchSurface(told, own).slopes(u, v);
  };
}

// A run's symbols before every step as columns, called by the symbol with 0 or 1 behind, and by the
// line what those came to that take both coordinates, or are no arithmetic: of the symbols `outcomes`,
// see outcomes.js. `changing` names them all; `met` is the gradient as the rule takes it; and `most`,
// the greatest value that a symbol has had until then, or with this step where the rule does not keep
// it. The run is made twice, the second time with every step a `hair` beside, along one axis
// and then the other: as soon as `same(x, y, t)` denies of one of them that it is the run, rounding may
// have led elsewhere. `last` is the last step before. Null where nothing makes an outcome.
export function again(run) {
  const { lines, outcomes = [], still, first, start, hair, lr, steps, slopes, same } = run;
  const names = ["w", "g", "t", "η", ...Object.keys(first)];
  const kept = names.filter((name) => !["t", "η"].includes(name));
  const place = (name) => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1);
  const rules = lines.map((line) => {
    const [symbol] = sidesOf(line);
    const found = outcomes.includes(symbol) ? outcomeOf(line, { ...run, place }) : null;
    return { line, symbol, into: place(symbol), found, value: found ? null : compiled(line, place) };
  });
  if (rules.some(({ symbol, found }) => outcomes.includes(symbol) && !found)) return null;
  const set = { ...still, ...first, w: "w" };
  const begun = () => start.map((w) => names.map((name) => (set[name] === "w" ? w : (set[name] ?? 0))));
  const [made, beside] = [begun(), begun()];
  for (const both of [made, beside]) {
    both.kept = {};
    for (const own of both) own.all = both;
  }
  const column = () => new Float64Array(steps + 1).fill(NaN);
  const told = kept.map((name) => [names.indexOf(name), [column(), column()]]);
  const isWhole = ({ line, found }) => found || isTogether(line);
  const whole = Object.fromEntries(rules.filter(isWhole).map(({ line }) => [line, [column(), column()]]));
  const most = names.map(column);
  const met = [column(), column()];
  const [w, g, now, rate] = [0, 1, 2, 3];
  const begin = (both, t) => {
    const push = slopes(both[0][w], both[1][w], t);
    for (const [axis, own] of both.entries()) {
      own[g] = push[axis];
      own[now] = t + 1;
      own[rate] = lr[t];
    }
  };
  const end = (both, t) => {
    const [one, other] = both;
    for (const { line, value, into, found } of rules) {
      const values = found ? found(both, both.kept, t) : [value(one), value(other)];
      [one[into], other[into]] = values;
      if (both === made && line in whole) for (const axis of [0, 1]) whole[line][axis][t] = values[axis];
    }
  };
  const grow = (i, t) => {
    most[i][t] = Math.max(t ? most[i][t - 1] : 0, Math.abs(made[0][i]), Math.abs(made[1][i]));
  };
  let last = -1;
  while (last < steps && [made, beside].every(([x, y]) => same(x[w], y[w], last + 1))) {
    const t = ++last;
    begin(made, t);
    begin(beside, t);
    for (const [i, columns] of told) {
      for (const axis of [0, 1]) columns[axis][t] = made[axis][i];
      grow(i, t);
    }
    end(made, t);
    end(beside, t);
    beside[t % 2][w] += hair;
    for (const axis of [0, 1]) met[axis][t] = made[axis][g];
    for (let i = rate + 1 + Object.keys(first).length; i < names.length; i++) grow(i, t);
  }
  const all = [...told.map(([i, both]) => [names[i], both]), ...Object.entries(whole)];
  const columns = all.flatMap(([name, both]) => both.map((values, axis) => [name + axis, values]));
  const of = rules.map(({ into }) => into).concat(told.map(([i]) => i));
  const changing = all.map(([name]) => name);
  return { columns: Object.fromEntries(columns), changing, met, most: of.map((i) => [names[i], most[i]]), last };
}

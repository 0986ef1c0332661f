// What the two charts show of an evaluation, and where a value stands in them.
//
// An evaluation is a row: the epoch, the training loss, the test loss, the test accuracy, the seconds.

import { clamp } from "../../../player/js/numbers.js";
import { plain } from "../../../player/js/ui.js";

const MARGIN = { left: 52, right: 12, top: 8, bottom: 34 };
const APART = 20; // pixels between two ticks of a value, at least
const EPOCHS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]; // between two ticks, or seconds
const LEAST = 0.3; // the smallest range that an axis has, in the units of `up`

// Round numbers from a millionth to ten thousand.
const decades = (mantissas) =>
  [...Array(10).keys()].flatMap((i) => mantissas.map((m) => m * 10 ** (i - 6)));

// `pick` gives a row's strong value and its faint one; `up` grows with the height on the paper;
// `usual` are the ends of an axis without any run; `fine` are the ticks where `ticks` are too few.
export const CHARTS = {
  loss: {
    title: "Loss",
    note: "test; faint: training",
    pick: ([, training, test]) => [test, training],
    up: (loss) => Math.log10(loss),
    good: (loss) => loss > 0,
    bounds: [-6, 4],
    usual: [0.05, 2.5],
    ticks: decades([1, 2, 5]),
    fine: decades([1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]),
    say: (loss) => (loss >= 0.001 && loss < 10_000 ? String(Number(loss.toPrecision(2))) : plain(loss)),
  },
  // The scale of the accuracy spreads the last percents.
  accuracy: {
    title: "Test accuracy",
    note: "all 10\u202f000 images",
    pick: ([, , , accuracy]) => [accuracy, null],
    up: (share) => -Math.log10(1 - share),
    good: (share) => share >= 0 && share < 1,
    bounds: [0, 4],
    usual: [0.8, 0.99],
    ticks: [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999],
    fine: [
      ...[0, 0.2, 0.4, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.965],
      ...[0.97, 0.975, 0.98, 0.985, 0.99, 0.992, 0.994, 0.996],
    ],
    say: (share) => `${Number((100 * share).toFixed(1))} %`,
  },
};

// The range of heights that a chart needs, and of epochs.
export function ranges(chart, runs) {
  const heights = runs
    .flatMap((run) => run.rows.flatMap(chart.pick))
    .filter((value) => value != null && chart.good(value))
    .map(chart.up);
  if (!heights.length) heights.push(...chart.usual.map(chart.up));
  const [least, most] = chart.bounds;
  const low = Math.max(Math.min(...heights), least);
  const high = clamp(Math.max(...heights), low + LEAST, most);
  const room = 0.06 * (high - low);
  return { low: low - room, high: high + room, epochs: Math.max(1, ...runs.map((run) => run.span)) };
}

// A run as it is over the seconds of training, which then stand where the epochs do.
export function overSeconds(run) {
  const tip = run.tip && [run.tip[2] ?? run.seconds, run.tip[1]];
  return { ...run, rows: run.rows.map(inSeconds), tip, epoch: run.seconds, span: run.lasts };
}

export const inSeconds = ([, ...values]) => [values[3] ?? 0, ...values];

// Where epochs and values stand on a canvas of a size in CSS pixels, with room for names at the right.
export function frameOf(chart, runs, width, height, room = 0) {
  const { low, high, epochs } = ranges(chart, runs);
  const { left, top } = MARGIN;
  const [right, bottom] = [width - MARGIN.right - room, height - MARGIN.bottom];
  const x = (epoch) => left + (epoch / epochs) * (right - left);
  const y = (value) => top + ((high - chart.up(value)) / (high - low)) * (bottom - top);
  return { left, right, top, bottom, low, high, epochs, x, y };
}

// The values that are written beside an axis, from below, each with its place.
export function valueTicks(chart, frame) {
  const inside = (value) => chart.up(value) >= frame.low && chart.up(value) <= frame.high;
  const coarse = chart.ticks.filter(inside);
  const found = [];
  for (const value of coarse.length > 2 ? coarse : chart.fine.filter(inside)) {
    const y = Math.round(frame.y(value)) + 0.5;
    if (found.length && found.at(-1)[0] - y < APART) continue;
    found.push([y, chart.say(value)]);
  }
  return found;
}

export function epochTicks({ epochs, left, right }) {
  const every = EPOCHS.find((n) => epochs / n <= (right - left) / 40) ?? EPOCHS.at(-1);
  return [...Array(Math.floor(epochs / every) + 1).keys()].map((i) => i * every);
}

// The evaluation of a run that is nearest to an epoch; null beyond the last.
export function rowAt(rows, epoch) {
  if (!rows.length || epoch > rows.at(-1)[0] + 0.05) return null;
  const far = (row) => Math.abs(row[0] - epoch);
  return rows.reduce((best, row) => (far(row) < far(best) ? row : best));
}

// Places of words, from above, that keep apart.
export function apart(places, least) {
  const order = places.map((y, i) => [y, i]).sort(([a], [b]) => a - b);
  const found = [];
  let last = -Infinity;
  for (const [y, i] of order) found[i] = last = Math.max(y, last + least);
  return found;
}

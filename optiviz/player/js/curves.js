// The curves of the panels against the step, and the limits of their axes.

import { axesCurves, axesTitle } from "./axes.js";
import { extent } from "./numbers.js";

// No step leads to the start: what tells of steps begins with the first.
const fromFirst = (values) => values.map((value, t) => (t ? value : NaN));
const speed = (run) => (run.speed ??= fromFirst(run.vx.map((v, i) => Math.hypot(v, run.vy[i]))));

// Each panel gives the curves of a run as [values, dash, paler, whether they are a limit].
export const PANELS = {
  loss: { title: (facts) => facts.lossTitle, log: true, curves: (run) => [[run.above]] },
  velocity: {
    title: () => "Velocity",
    parts: { speed: "|v|", first: "v₁", second: "v₂" },
    dashes: { first: [6, 2], second: [2, 2] }, // the speed's is the run's own
    curves: (run, parts) =>
      [
        parts.speed && [speed(run)],
        parts.first && [fromFirst(run.vx), PANELS.velocity.dashes.first, 0.1],
        parts.second && [fromFirst(run.vy), PANELS.velocity.dashes.second, 0.3],
      ].filter(Boolean),
  },
  truth: {
    title: () => "Network's loss; the plane's is dashed",
    curves: (run) => (run.true_loss ? [[run.true_loss], [run.below, [6, 3], 0.35]] : []),
  },
  "network-loss": {
    title: (facts) => facts.networkTitle,
    curves: (run) => (run.true_loss ? [[run.true_loss]] : []),
  },
  accuracy: {
    title: () => "The network's accuracy",
    curves: (run) => (run.accuracy ? [[run.accuracy]] : []),
  },
  sharpness: {
    title: (facts) => facts.sharpnessTitle,
    curves: (run) =>
      run.stands ? [[run.sharpness], [run.stands, [6, 3], 0.2, true]] : [[run.sharpness]],
    whole: true,
  },
  singular: {
    title: () => "Singular values of W: σ₁ solid, σ₂ dashed",
    curves: (run) => (run.most ? [[run.most, []], [run.least, [6, 3], 0.3]] : []),
    whole: true,
  },
  eigen: { title: axesTitle, parts: { loss: "loss" }, curves: axesCurves },
  lr: { title: () => "Learning rate η", curves: (run) => [[run.lr]], whole: true },
};

// A run's own dashes, in pixels of a panel.
export const ownDash = ({ dash }) => dash.map((length) => length * 2.3);

export function curvesOf(panel, runs, parts) {
  return runs.flatMap((run) =>
    panel.curves(run, parts).map(([values, dash, paler = 0, limit = false]) => ({
      run,
      values,
      dash: dash ?? ownDash(run),
      paler,
      limit,
    })),
  );
}

const numbersOf = (curves, of) =>
  curves.flatMap((curve) => [...of(curve)]).filter(Number.isFinite);

// The limits of an axis: every curve, except for what a diverged one does at its end.
export function axisOf(panel, curves, floor, drawing) {
  curves = near(curves, drawing);
  const kept = numbersOf(curves, ({ run, values }) => {
    const lost = run.divergedAt >= 0 && !panel.whole;
    return lost ? values.slice(0, Math.max(2, Math.floor(drawing.kept * values.length))) : values;
  });
  let [low, high] = extent(kept.length ? kept : [0, 1]);
  if (panel.log) [low, high] = lossLimits(low, high, curves, floor, drawing);
  const log = panel.log ? low > 0 && high > drawing.spread * low : low >= 0 && pressed(kept, curves, drawing);
  if (log && !panel.log) low = Math.max(high / FAR, Math.min(...kept.filter((value) => value > 0)));
  if (log) return { log, low: low / drawing.logRoom, high: high * drawing.logRoom };
  const room = drawing.room * (high - low) || 0.5 * Math.abs(high) || 1;
  return { log, low: low - room, high: high + room };
}

const FAR = 1e6; // from the greatest value of an axis down to its end, at most

// Without the limits that are so far above all curves that these would lie flat; on an axis of
// powers none does.
function near(curves, drawing) {
  if (!curves.some(({ limit }) => limit)) return curves;
  const { shapeless, afar } = drawing;
  const [low, high] = extent(numbersOf(curves.filter(({ limit }) => !limit), ({ values }) => values));
  const powers = low >= 0 && pressed(numbersOf(curves, ({ values }) => values), curves, drawing);
  if (powers || high - low <= shapeless * Math.abs(high)) return curves;
  return curves.filter(({ limit, values }) => !limit || Math.min(...values) <= high + afar * (high - low));
}

// Whether one curve is so high that another lies flat on the axis.
function pressed(kept, curves, { spread }) {
  const peaks = curves.map(({ values }) => extent([...values].filter(Number.isFinite))[1]);
  const high = extent(kept)[1];
  return peaks.some((peak) => peak > 0 && high > spread * peak);
}

// Of a loss, and of one above its least value: from there on all of it down to a far depth.
function lossLimits(low, high, curves, floor, { rise, climb, depth }) {
  const starts = curves.map(({ values }) => values[0]);
  if (floor === null) {
    const most = rise * Math.max(...starts.map(Math.abs));
    return [Math.min(Math.max(low, -most), 0), Math.min(high, most)];
  }
  const all = numbersOf(curves, ({ values }) => values);
  high = Math.min(extent(all)[1], climb * Math.max(...starts));
  const above = all.filter((value) => value > 0);
  return [above.length ? Math.max(extent(above)[0], depth * high) : low, high];
}

// Where a value stands on an axis: 0 at its lower end, 1 at the upper.
export function shareOf({ log, low, high }, value) {
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

// A curve's value at a time between two steps, which its last one keeps, by what `of` makes of it.
export function between(values, time, of = (value) => value) {
  const [a, b] = [of(values[Math.floor(time)]), of(values[Math.ceil(time)])];
  return a + (b - a) * (time - Math.floor(time));
}

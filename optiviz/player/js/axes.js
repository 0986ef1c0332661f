// A run along the axes of the curvature at its minimum: its curves, and what is told of an axis.

import { number } from "./numbers.js";

export const axesTitle = ({ eigen }, what = "w − w*") =>
  `${what} along the ${eigen.exact ? "curvature’s axes" : "axes at the minimum"}`;

// w − w* along an axis, or its part ½λ(w − w*)² of the loss; the steep axis is solid.
export function axesCurves(run, { loss }) {
  if (!run.eigen) return [];
  const of = (axis) => (c) => (loss ? 0.5 * run.eigen.curvatures[axis] * c * c : c);
  return [
    [run.c0.map(of(0)), []],
    [run.c1.map(of(1)), [6, 3], 0.3],
  ];
}

// A number without the noughts that say nothing.
function short(value, digits = 3) {
  const words = number(value, digits);
  return (words.includes(".") ? words.replace(/\.?0+(?=·|$)/, "") : words).replace(/^1·/, "");
}

// A factor by how far it is above 1, in words that are 1 for nothing but 1.
function times(more, { edge, nearOne }) {
  const near = Math.abs(more) > edge && Math.abs(more) < nearOne;
  return near ? `(1 ${more > 0 ? "+" : "−"} ${short(Math.abs(more), 1)})` : short(Math.abs(1 + more));
}

// λ, η·λ, the factor of the step from t, and where the limit lies.
export function axisTold(run, axis, t, drawing) {
  const { curvatures, limits } = run.eigen;
  const at = Math.min(t, run.steps);
  const more = run[`more${axis}`]?.[at];
  const curvature = `λ ${short(curvatures[axis])}`;
  if (more === undefined) return `${curvature} · no fixed factor a step is known`;
  const grows = Math.abs(more) <= drawing.edge ? 0 : Math.sign(more);
  const ends = ["stable", "neither shrinks nor grows", "unstable"][grows + 1];
  const limit = grows && limits[axis] !== null ? `, η ${grows < 0 ? "<" : ">"} ${short(limits[axis])}` : "";
  const rate = short(run.lr[at] * curvatures[axis]);
  return `${curvature} · ηλ ${rate} · ×${times(more, drawing)} a step · ${ends}${limit}`;
}

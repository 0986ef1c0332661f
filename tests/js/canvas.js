// Canvases that note what is drawn on them, and runs to draw.

import "./page.js";

export const canvas = () => document.createElement("canvas");

// The strokes of a context: the points of each, and its colour.
export function strokes({ calls }) {
  const found = [];
  let points = [];
  for (const [name, values, style] of calls) {
    if (name === "beginPath") points = [];
    if (name === "moveTo" || name === "lineTo") points.push(values);
    if (name === "stroke" && points.length) found.push({ points, color: style.strokeStyle, fill: style.fillStyle, width: style.lineWidth });
  }
  return found;
}

export const texts = ({ calls }) =>
  calls.filter(([name]) => name === "fillText").map(([, [words, x, y], { fillStyle }]) => ({ words, x, y, color: fillStyle }));

export const DRAWING = {
  tail: 4, tried: 60, rest: 0.8, halo: 0.7, reach: 3, batch: 20, contour: 0.5, faintContour: 0.25,
  kept: 0.5, spread: 30, logRoom: 2, room: 0.1, rise: 10, climb: 1e4, depth: 1e-10,
  shapeless: 0.1, afar: 3,
};

const LOOK = {
  background: "#ffffff", text: "#000000", muted: "#777777", grid: "#dddddd", contour: "#8888ff",
  accent: "#aa00aa", rest: "#808080", batch: "#bb00bb", star: "#ffff00", starEdge: "#111111",
  bands: ["#000000", "#ffffff"], faint: ["#000000", "#ffffff"], isDark: false, scale: 1,
};

export const GROUND = {
  name: "bowl", title: "A bowl", axes: ["w₁", "w₂"], bounds: [[-3, 3], [-2, 2]], minima: [[0, 0]], local: [false], saddles: [],
  extent: [[-6, 6], [-6, 6]], points: 2, levels: 2, batchLevels: [1], drawing: DRAWING,
  themes: { light: LOOK, dark: { ...LOOK, background: "#000000", muted: "#999999", isDark: true }, slides: { ...LOOK, scale: 1.5 } },
};

// Facts and arrays as Python packs them.
function pack(facts, arrays) {
  const types = { Float32Array: "f4", Uint16Array: "u2", Int32Array: "i4" };
  const listed = arrays.map(([into, name, a]) => ({ into, name, type: types[a.constructor.name], count: a.length }));
  const text = Buffer.from(JSON.stringify({ ...facts, arrays: listed }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, ...arrays.map(([, , a]) => Buffer.from(a.buffer))]);
}

export const groundPack = (facts = {}) => pack({ ...GROUND, ...facts }, [[-1, "heights", new Uint16Array(4)]]);

export function pathsPack(runs, facts = {}) {
  const columns = ["x", "y", "vx", "vy", "gx", "gy", "lr", "above"];
  const arrays = runs.flatMap((run, i) => columns.map((name) => [i, name, run[name]]));
  const plain = runs.map((run) => Object.fromEntries(Object.entries(run).filter(([name]) => !columns.includes(name))));
  const steps = Math.max(...runs.map((run) => run.steps));
  const shows = { velocity: true, gradient: true };
  return pack({ steps, panels: ["loss", "velocity", "lr"], floor: 0, notes: [], lossTitle: "Loss", batchSize: null, shows, factor: 1, times: "", plain: "", ...facts, runs: plain }, arrays);
}

// A run of gradient descent with velocity on L = (u² + 4v²)/2 from (2, 1); η = 0.1, β = 0.5.
export function descent(steps = 10, facts = {}) {
  const columns = { x: [2], y: [1], vx: [0], vy: [0], gx: [], gy: [], lr: [], above: [] };
  for (let t = 0; t <= steps; t++) {
    const [u, v] = [columns.x[t], columns.y[t]];
    columns.gx.push(u);
    columns.gy.push(4 * v);
    columns.lr.push(0.1);
    columns.above.push((u * u + 4 * v * v) / 2);
    columns.vx.push(0.5 * columns.vx[t] - 0.1 * u);
    columns.vy.push(0.5 * columns.vy[t] - 0.4 * v);
    columns.x.push(u + columns.vx[t + 1]);
    columns.y.push(v + columns.vy[t + 1]);
  }
  const arrays = Object.entries(columns).map(([name, c]) => [name, Float32Array.from(c.slice(0, steps + 1))]);
  const colors = ["#cc0000", "#ff8888"];
  return { name: "momentum", label: "momentum", verdict: "", said: steps, events: [], steps, divergedAt: -1, colors, dash: [], head: "o", weight: 1, ...Object.fromEntries(arrays), ...facts };
}

// What a sheet asks of its player.
export function player(runs = [descent()], facts = {}) {
  const made = {
    runs,
    earlier: [],
    ghosts: [],
    beside: [],
    steps: Math.max(...runs.map((run) => run.steps)),
    time: 0,
    hover: null,
    lit: null,
    batched: false,
    scale: 1,
    look: LOOK,
    shows: { velocity: true, gradient: true, carried: false, batch: true, ghost: true },
    facts: { floor: 0, notes: [], lossTitle: "Loss", factor: 3, times: " ×3", plain: "" },
    ground: GROUND,
    colorOf: (run) => run.colors[0],
    ask: () => {},
    ...facts,
  };
  Object.defineProperty(made, "told", { get: () => [...made.runs, ...made.beside.filter(({ letter }) => letter)] });
  return Object.defineProperty(made, "step", { get: () => Math.floor(made.time) });
}

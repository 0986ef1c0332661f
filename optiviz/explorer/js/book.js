// All the runs of a page: which of them are chosen, and what the player is told of these.

import { rounded, written } from "../../player/js/numbers.js";
import { again, slopesOf } from "./again.js";
import { coordinates, ground, levels, sizes } from "./coding.js";

const quoted = (word) => (/^[\w.,:=@%+/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);
const [HAIR, FAR] = [1e-12, 1e-5]; // of the side, and of how far a point is: two runs that are one
const EXACT = 1e-9; // of a symbol's greatest value: below, there is but the noise of rounding

// Why a formula has no numbers, or no more.
const WHY = {
  slopes: "No numbers: this page does not know the surface’s slopes.",
  lines: "No numbers: at one end of a slider the lines are others.",
  outcome: "No numbers: a line of this rule is no arithmetic.",
  far: "they are too large to be shown.",
  led: "there rounding alone would lead elsewhere.",
};
const untold = (lines, still, why) => ({ gx: [], gy: [], formula: { lines, still, changing: [], last: -1, why } });

const joined = (name, settings) =>
  name + Object.entries(settings).map(([key, value], i) => `${i ? "," : ":"}${key}=${value}`).join("");

export class Book {
  constructor(data) {
    Object.assign(this, { data, at: data.choices.map(({ at }) => at), grounds: [] });
  }

  // ---- what is chosen

  choose(index, at) {
    const { length } = this.data.choices[index].words;
    if (Number.isInteger(at) && at >= 0 && at < length) this.at[index] = at;
  }

  word(index) {
    return this.data.choices[index].words[this.at[index]];
  }

  find(name) {
    return this.data.choices.findIndex((choice) => choice.name === name);
  }

  // The surface that is chosen, with some choices at other places.
  worldAt(others = {}) {
    const index = this.data.choices.findIndex(({ world }) => world);
    return index < 0 ? 0 : (others[index] ?? this.at[index]);
  }

  get world() {
    return this.data.worlds[this.worldAt()];
  }

  // The choices that concern a rule, by their places in the list of all, the surface's last.
  all(lane) {
    const { choices } = this.data;
    const own = [...choices.keys()].filter((i) => [null, lane].includes(choices[i].lane));
    return own.sort((a, b) => choices[a].world - choices[b].world || a - b);
  }

  // Those that number its runs on one surface.
  of(lane) {
    return this.all(lane).filter((i) => !this.data.choices[i].world);
  }

  // Those that are sliders, the rule's own first: what its map shows.
  sliders(lane) {
    const { choices } = this.data;
    const shown = this.all(lane).filter((i) => !["start", "surface"].includes(choices[i].name));
    return shown.sort((a, b) => (choices[a].lane === null) - (choices[b].lane === null) || a - b);
  }

  // The number of a rule's run, with some of its choices at other places.
  node(lane, others = {}) {
    const { choices } = this.data;
    return this.of(lane).reduce((n, i) => n * choices[i].words.length + (others[i] ?? this.at[i]), 0);
  }

  // ---- what is known of it

  get ground() {
    const at = this.worldAt();
    return (this.grounds[at] ??= ground(this.data.runs[at], this.data.coding));
  }

  block(lane, others) {
    const { worlds, runs } = this.data;
    return runs[worlds.length + this.worldAt(others) * this.world.lanes.length + lane];
  }

  // How a run ended: the kind of its verdict, its words, and the step that they name, or -1.
  ending(lane, others = {}) {
    const block = this.block(lane, others);
    const node = this.node(lane, others);
    const [kind, words] = block.texts[block.text[node]];
    const step = block.said[node];
    return { kind, words: words.replace("{}", step), step };
  }

  value(lane, name, usual) {
    const index = this.of(lane).find((i) => this.data.choices[i].name === name);
    return index === undefined ? usual : Number(this.word(index));
  }

  label(lane) {
    const { choices } = this.data;
    const own = this.of(lane).filter((i) => choices[i].lane === lane);
    const told = own.map((i) => `${choices[i].symbol} = ${written(this.word(i))}`);
    return [this.world.lanes[lane].label, ...told].join("  ");
  }

  run(lane) {
    const { coding, steps: longest } = this.data;
    const { colors, dash, head, weight, label, lr } = this.world.lanes[lane];
    const block = this.block(lane);
    const node = this.node(lane);
    const steps = block.length[node];
    const [from, length] = [node * (longest + 1), steps + 1];
    const { middle, side } = this.data.runs[this.worldAt()].coding;
    const place = (planes, axis) =>
      coordinates(levels(planes, coding.bytes.place, from, length), coding, middle[axis], side);
    const [x, y] = [place(block.x, 0), place(block.y, 1)];
    const above = sizes(levels(block.loss, coding.bytes.loss, from, length), coding, block.least);
    const rates = block.rate
      ? block.rate.subarray(node * longest, (node + 1) * longest)
      : new Float64Array(length).fill(this.value(lane, "lr", lr));
    const shown = { x, y, above, lr: rates.slice(0, length), vx: steps_of(x), vy: steps_of(y) };
    if (block.rate && length > longest) shown.lr = Float64Array.from([...rates, rates[longest - 1]]);
    const [name] = label.split("  ");
    const ending = this.ending(lane);
    const said = ending.step < 0 ? steps : Math.min(ending.step, steps); // the last step ended it
    const told = { name, label: this.label(lane), verdict: ending.words, said, events: [] };
    const divergedAt = block.diverged[node];
    const facts = { steps, divergedAt, colors, dash, head, weight, ...shown };
    return { ...told, least: block.least, ...facts, ...this.formula(lane, facts) };
  }

  // The lines of a rule with its symbols, of a run that is made again, for as long as that is the run;
  // and why there are no more of them.
  formula(lane, { x, y, lr, steps }) {
    const { formula: lines, first, still, outcomes, counts } = this.world.lanes[lane];
    if (!lines.length) return { gx: [], gy: [], formula: null };
    if (!first) return untold(lines, still, WHY.lines);
    const slopes = slopesOf(this.ground, ...this.batch());
    if (!slopes) return untold(lines, still, WHY.slopes);
    const { choices } = this.data;
    const own = this.of(lane).filter((i) => choices[i].lane === lane);
    const varied = Object.fromEntries(own.map((i) => [choices[i].symbol, Number(this.word(i))]));
    const { middle, side, level } = this.ground.coding;
    const near = (at, kept, axis) => Math.abs(kept - at) <= level + FAR * Math.abs(at - middle[axis]);
    const same = (u, v, t) => near(u, x[t], 0) && near(v, y[t], 1);
    const set = { ...still, ...varied };
    const begin = { start: this.start(), hair: HAIR * side, first };
    const rule = { lines, still: set, outcomes, counts, sent: this.sent(lane, steps) };
    const made = again({ ...rule, ...begin, lr, steps, slopes, same });
    if (!made) return untold(lines, set, WHY.outcome);
    const { columns, met, most: all, last } = made;
    const most = (t) => Object.fromEntries(all.map(([symbol, values]) => [symbol, values[t]]));
    const { far } = this.data.coding;
    const away = [x, y].some((kept, axis) => Math.abs(kept[last + 1] - middle[axis]) > 0.9 * far * side);
    const why = `No numbers from step ${last + 2} on: ${away ? WHY.far : WHY.led}`;
    const formula = { lines, still: set, changing: [...made.changing, "η"], most, exact: EXACT, last, why };
    const pushes = { gx: columns.g0, gy: columns.g1, mx: met[0], my: met[1] };
    return { formula, ...pushes, η0: lr, η1: lr, ...columns };
  }

  // What came with a run, by the symbol, of every step.
  sent(lane, steps) {
    const begin = this.node(lane) * (this.data.steps + 1) + 1; // as the first step left it
    const block = this.block(lane);
    const of = (symbol) => [0, 1].map((axis) => block[`sent${symbol}${axis}`]?.subarray(begin, begin + steps));
    return Object.fromEntries(this.world.lanes[lane].outcomes.map((symbol) => [symbol, of(symbol)]));
  }

  // Where all runs begin.
  start() {
    const index = this.find("start");
    return index < 0 ? this.world.start : this.word(index).split(",").map(Number);
  }

  // The samples of every step, and how many they are; none where they are all.
  batch() {
    const m = this.find("batch_size");
    const size = m < 0 ? this.data.words.batchSize : Number(this.word(m));
    const batch = this.block(0)[`batch${size}`];
    return [batch, batch ? size : null];
  }

  // The facts of the chosen runs, as the player takes them.
  facts() {
    const { world, data } = this;
    const runs = world.lanes.map((_, lane) => this.run(lane));
    const plain = runs.length === 1 && isPlain(runs[0]);
    const factor = enlarged(runs, this.ground.bounds, world);
    const [batch, batchSize] = this.batch();
    return {
      runs, factor, batch, batchSize,
      steps: Math.max(...runs.map(({ steps }) => steps)),
      panels: world.panels,
      floor: world.floor,
      notes: [],
      shows: { velocity: world.arrows, gradient: false },
      times: factor === 1 ? "" : ` ×${rounded(factor)}`,
      plain: plain ? world.step : "",
      lossTitle: world.lossTitle,
      pathsOnly: runs.some(({ mx }) => !mx),
      grain: data.coding.grain,
      level: this.ground.coding.level,
    };
  }

  // The command that makes these very runs; empty where the surface has no words.
  command() {
    const { words, steps } = this.data;
    if (!this.world.words) return "";
    const chosen = (name) => (this.find(name) < 0 ? null : this.word(this.find(name)));
    const rules = this.world.lanes.flatMap(({ name, settings }, lane) => {
      const { choices } = this.data;
      const own = this.of(lane).filter((i) => choices[i].lane === lane);
      const varied = Object.fromEntries(own.map((i) => [choices[i].name, this.word(i)]));
      return ["--optim", joined(name, { ...settings, ...varied })];
    });
    const told = ["optiviz", "animate", ...rules, "--surface", this.world.words, "--steps", steps];
    const end = chosen("end");
    const [schedule, settings] = words.schedule ?? [];
    if (schedule) told.push("--schedule", joined(schedule, end === null ? settings : { ...settings, end }));
    const start = chosen("start") ?? words.start;
    if (start) told.push(`--start=${start}`);
    const size = chosen("batch_size") ?? words.batchSize;
    if (size) told.push("--batch-size", size, "--seed", words.seed);
    return [...told, "--alone", "--out", "figure.html"].map((word) => quoted(String(word))).join(" ");
  }
}

// Whether a run's every step is −ηg.
function isPlain({ formula, lr, steps, w0, w1, mx, my }) {
  if (!mx) return false;
  const known = [...Array(Math.min(steps, formula.last)).keys()];
  return [[w0, mx], [w1, my]].every(([w, g]) => {
    const rest = (t) => w[t + 1] - w[t] + lr[t] * g[t];
    return known.every((t) => Math.abs(rest(t)) <= EXACT * (Math.abs(w[t]) + Math.abs(w[t + 1])));
  });
}

// The steps that led to each place.
function steps_of(values) {
  return values.map((value, t) => (t ? value - values[t - 1] : 0));
}

// How many times longer than life arrows are drawn: as views/scene/arrows.py has it.
function enlarged(runs, [[left, right], [bottom, top]], { longest, round }) {
  let most = 0;
  for (const { x, y, vx, vy } of runs)
    for (let t = 0; t < x.length; t++) {
      const inside = x[t] >= left && x[t] <= right && y[t] >= bottom && y[t] <= top;
      if (inside) most = Math.max(most, Math.hypot(vx[t], vy[t]));
    }
  if (!(most > 0 && most < Infinity)) return 1;
  const ten = 10 ** Math.floor(Math.log10(longest / most));
  const near = (n) => Math.abs(Math.log((n * ten * most) / longest));
  return ten * round.reduce((best, n) => (near(n) < near(best) ? n : best));
}

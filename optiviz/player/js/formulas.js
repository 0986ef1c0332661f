// The step that is to come, line by line: as the rule has it, and below in this step's numbers.

import { element, say } from "./dom.js";
import { filled, follow, sidesOf, untold, wordsOf } from "./formula.js";
import { known as inKnown, rounded } from "./numbers.js";

const DIGITS = 4;
const SINGLE = 2 ** -23; // of a number in single precision, as most are sent, this share is known

// What comes of a line in numbers, if it takes something from what `was`: no more digits than are left.
function remains(value, was) {
  const kept = Math.floor(Math.log10(Math.abs(value / (was * SINGLE))));
  if (kept < 0 || !value) return rounded(0 * value);
  return rounded(value, kept >= 0 ? Math.min(Math.max(kept, 1), DIGITS) : DIGITS);
}

// Whether a rule keeps a velocity, as far as is known.
export const keepsVelocity = ({ formula }) =>
  !formula || formula.lines.some((line) => wordsOf(line).includes("v"));

// The symbols of a formula that are arrows at the head. A rule that keeps no velocity has its step
// as the change of w.
export function arrowTerms(run) {
  return keepsVelocity(run) ? { v: "velocity", β: "carried", g: "gradient" } : { w: "velocity", g: "gradient" };
}

// What the symbols of a run's formula are in one parameter (0 or 1), before the step from point t.
function knownAt(run, t, axis) {
  const { still, changing } = run.formula;
  const at = Math.min(t, run.steps);
  const own = { w: [run.x, run.y][axis][at], g: [run.gx, run.gy][axis][at], t: at + 1 };
  const columns = changing.map((symbol) => [symbol, run[symbol + axis][at]]);
  return { ...still, ...own, ...Object.fromEntries(columns) };
}

// Each line's words and numbers, as [text, symbol or null] each, in one parameter; in no more digits
// than are known, where the formula says how they are: to a share (`exact`) of the greatest value that
// a symbol has had (`most`), and up to a step (`last`).
export function told(run, step, axis) {
  const t = Math.min(step, run.steps);
  const known = knownAt(run, t, axis);
  const { exact, last = Infinity } = run.formula;
  const most = run.formula.most?.(t) ?? {};
  const inWords = (value, symbol) =>
    symbol in most ? inKnown(value, DIGITS, exact * most[symbol]) : rounded(value);
  return run.formula.lines.map((line) => {
    const [symbol, right] = sidesOf(line);
    const words = [symbol, " ← ", ...wordsOf(right)].map((word) => [
      word,
      word in known || word === symbol ? word : null,
    ]);
    if (t > last) return { words, numbers: [] };
    const numbers = filled(line, known, inWords);
    const outcome = line in known && Number.isNaN(known[line]); // a search or a matrix has no number here
    const none = outcome ? null : untold(line, known);
    const was = wordsOf(right).includes(symbol) ? known[symbol] : 0;
    const value = follow(line, known);
    if (symbol in most) most[symbol] = Math.max(most[symbol], Math.abs(value));
    if (none) return { words, numbers: [[none, null]] };
    const told = symbol in most ? inWords(value, symbol) : remains(value, was);
    const result = outcome ? [] : [[" = ", null], [told, symbol]];
    return { words, numbers: [...numbers, ...result] };
  });
}

// Why the coming step has no numbers; empty where it has.
export const whyNot = ({ formula: { last = Infinity, why }, steps }, step) =>
  Math.min(step, steps) > last ? why : "";

export class Formula {
  constructor(player) {
    Object.assign(this, { player, run: 0, axis: 0, lit: null });
    this.title = element("span");
    this.why = element("p", { class: "ov-why" });
    this.chips = element("span", { class: "ov-chips", role: "group", "aria-label": "Formula of" });
    const scrolls = { tabindex: 0, role: "group", "aria-label": "The step in symbols and in numbers" };
    this.lines = element("div", { class: "ov-lines", ...scrolls });
    const point = (event) => this.point(event.target.closest?.("[data-term]")?.dataset.term);
    for (const name of ["pointerover", "pointerdown"]) this.lines.addEventListener(name, point);
    this.lines.addEventListener("pointerleave", () => this.point(null));
    const caption = element("figcaption", {}, this.title, this.chips);
    this.figure = element("figure", { class: "ov-formula" }, caption, this.lines);
  }

  get runs() {
    return this.player.runs.filter((run) => run.formula);
  }

  // The run whose formula is shown.
  get shown() {
    return this.runs[this.run];
  }

  // Other runs, or other colours for them.
  fit() {
    const { runs, player } = this;
    this.written = null;
    this.figure.hidden = !runs.length;
    this.run = Math.min(this.run, runs.length - 1);
    const named = { run: runs.length > 1 ? runs.map(({ name }) => name) : [], axis: player.ground.axes };
    const key = JSON.stringify(named);
    if (this.named === key) return;
    this.named = key;
    const all = Object.entries(named).flatMap(([kind, names]) => names.map((name, i) => this.chip(kind, i, name)));
    this.chips.replaceChildren(...all);
  }

  chip(kind, i, words) {
    const onclick = () => {
      this[kind] = i;
      this.written = null;
      this.player.ask();
    };
    const facts = { type: "button", class: "ov-chip", "data-kind": kind, "data-i": i };
    return element("button", { ...facts, onclick }, words);
  }

  write() {
    const { player, axis } = this;
    const run = this.shown;
    const step = player.hover ?? player.step; // the numbers of the moment that somebody points at
    const key = `${step} ${this.run} ${axis}`;
    if (!run || key === this.written) return;
    this.written = key;
    const next = `step ${Math.min(step, run.steps) + 1}`;
    const alone = this.runs.length === 1 && player.runs.length > 1; // its formula is one run's of several
    say(this.title, alone ? `${run.name} to ${next}` : `To ${next}`);
    for (const chip of this.chips.children)
      chip.setAttribute("aria-pressed", String(this[chip.dataset.kind] === Number(chip.dataset.i)));
    const rows = told(run, step, axis).flatMap(({ words, numbers }) => [words, numbers]);
    this.build(run, rows);
    say(this.why, whyNot(run, step));
    rows.flat().forEach(([text], i) => say(this.terms[i], text));
  }

  // Rows that look as before are kept: from step to step only their numbers change.
  build(run, rows) {
    const shape = JSON.stringify([this.player.colorOf(run), rows.map((row) => row.map(([, symbol]) => symbol))]);
    if (this.shape === shape) return;
    this.shape = shape;
    const terms = rows.map((row) => row.map((word) => this.term(run, ...word)));
    const name = (i) => (i % 2 ? "ov-numbers" : "ov-words");
    this.terms = terms.flat();
    this.lines.replaceChildren(this.why, ...terms.map((row, i) => element("div", { class: name(i) }, ...row)));
    this.light(this.lit);
  }

  // A word of a line, in the colour of its arrow if it has one.
  term(run, text, symbol) {
    if (!symbol) return document.createTextNode(text);
    const arrow = arrowTerms(run)[symbol];
    const color = symbol === "v" && arrow ? `color:${this.player.colorOf(run)}` : null;
    return element("span", { "data-term": symbol, class: arrow ?? false, style: color }, text);
  }

  // Somebody points at a term: its arrow is lit too.
  point(symbol) {
    const kind = arrowTerms(this.shown)[symbol];
    this.player.light(kind ? this.shown : null, kind);
    this.light(symbol);
  }

  // Somebody points at an arrow, of this run or of another whose formula is then shown.
  follow(lit) {
    const i = this.runs.indexOf(lit?.run);
    if (i >= 0 && i !== this.run) Object.assign(this, { run: i, written: null });
    const terms = Object.entries(i < 0 ? {} : arrowTerms(lit.run));
    this.light(terms.find(([, kind]) => kind === lit.kind)?.[0]);
  }

  light(symbol) {
    this.lit = symbol;
    for (const term of this.lines.querySelectorAll("[data-term]"))
      term.classList.toggle("ov-lit", term.dataset.term === symbol);
  }
}

// The step that is to come, line by line: as the rule has it, and below in this step's numbers.

import { element } from "./dom.js";
import { filled, follow, sidesOf, wordsOf } from "./formula.js";
import { rounded } from "./numbers.js";

// What of a formula is an arrow at the head.
const ARROWS = { v: "velocity", g: "gradient" };

// What the symbols of a run's formula are in one parameter (0 or 1), before the step from point t.
function knownAt(run, t, axis) {
  const { still, changing } = run.formula;
  const at = Math.min(t, run.steps);
  const own = { w: [run.x, run.y][axis][at], g: [run.gx, run.gy][axis][at], t: at + 1 };
  const columns = changing.map((symbol) => [symbol, run[symbol + axis][at]]);
  return { ...still, ...Object.fromEntries(columns), ...own };
}

// Each line's words and numbers, as [text, symbol or null] each, in one parameter.
export function told(run, t, axis) {
  const known = knownAt(run, t, axis);
  return run.formula.lines.map((line) => {
    const [symbol, right] = sidesOf(line);
    const words = [symbol, " ← ", ...wordsOf(right)].map((word) => [
      word,
      word in known || word === symbol ? word : null,
    ]);
    const numbers = filled(line, known);
    const result = rounded(follow(line, known));
    return { words, numbers: [...numbers, [" = ", null], [result, symbol]] };
  });
}

export class Formula {
  constructor(player) {
    Object.assign(this, { player, run: 0, axis: 0 });
    this.title = element("span");
    this.chips = element("span", { class: "ov-chips", role: "group", "aria-label": "Formula of" });
    this.lines = element("div", { class: "ov-lines" });
    const point = (event) => this.light(event.target.closest?.("[data-term]")?.dataset.term);
    for (const name of ["pointerover", "pointerdown"]) this.lines.addEventListener(name, point);
    this.lines.addEventListener("pointerleave", () => this.light(null));
    const caption = element("figcaption", {}, this.title, this.chips);
    this.figure = element("figure", { class: "ov-formula" }, caption, this.lines);
  }

  get runs() {
    return this.player.runs.filter((run) => run.formula);
  }

  // Other runs, or other colours for them.
  fit() {
    const { runs, player } = this;
    this.written = null;
    this.figure.hidden = !runs.length;
    this.run = Math.min(this.run, runs.length - 1);
    const names = runs.length > 1 ? runs.map(({ name }) => name) : [];
    this.chips.replaceChildren(
      ...names.map((name, i) => this.chip("run", i, name)),
      ...player.ground.axes.map((name, i) => this.chip("axis", i, name)),
    );
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
    const run = this.runs[this.run];
    const key = `${player.step} ${this.run} ${axis}`;
    if (!run || key === this.written) return;
    this.written = key;
    this.title.textContent = `To step ${Math.min(player.step, run.steps) + 1}`;
    for (const chip of this.chips.children)
      chip.setAttribute("aria-pressed", String(this[chip.dataset.kind] === Number(chip.dataset.i)));
    const rows = told(run, player.step, axis).flatMap(({ words, numbers }) => [
      element("div", { class: "ov-words" }, ...words.map((word) => this.term(run, ...word))),
      element("div", { class: "ov-numbers" }, ...numbers.map((word) => this.term(run, ...word))),
    ]);
    this.lines.replaceChildren(...rows);
  }

  // A word of a line, in the colour of its arrow if it has one.
  term(run, text, symbol) {
    if (!symbol) return text;
    const arrow = ARROWS[symbol];
    const color = arrow === "velocity" ? `color:${this.player.colorOf(run)}` : null;
    return element("span", { "data-term": symbol, class: arrow ?? false, style: color }, text);
  }

  light(symbol) {
    this.player.lit = ARROWS[symbol] ?? null;
    for (const term of this.lines.querySelectorAll("[data-term]"))
      term.classList.toggle("ov-lit", term.dataset.term === symbol);
    this.player.ask();
  }
}

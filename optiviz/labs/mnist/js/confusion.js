// The confusion matrix of a run: how often each digit is taken for each, and which images those are.

import { element } from "../../../player/js/dom.js";
import { view } from "../../../player/js/numbers.js";
import { DigitGrid, digitsOf } from "./digits.js";
import { percent, spaced } from "./words.js";

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const TEN = [...Array(10).keys()];
const HINT = "Choose a cell to see its digits.";
const EMPTY = "After the first evaluation: how often each digit is taken for each other.";

// How strong a cell's colour is: of the mistakes beside the most frequent one.
export function shares(counts) {
  const wrong = counts.flatMap((row, i) => row.filter((_, j) => j !== i));
  const most = Math.max(1, ...wrong);
  return counts.map((row, i) => row.map((count, j) => (i === j ? 0 : count / most)));
}

const pairOf = (truth, guess) => `a ${truth}, ${truth === guess ? "rightly told" : `taken for a ${guess}`}`;

export function said(counts, truth, guess) {
  const count = counts[truth][guess];
  const images = `${count} image${count === 1 ? "" : "s"}`;
  return `${images} of ${pairOf(truth, guess)}`;
}

export class Confusion {
  name = "confusion";
  title = "Confusion";
  kind = "confusion";

  // `send` asks Python, `lookOf` gives the theme's colours, `enlarged` shows a digit large.
  constructor(send, lookOf, enlarged) {
    Object.assign(this, { send, lookOf, chosen: null, at: [0, 0] });
    this.words = element("p", { class: "lab-muted", role: "status" }, EMPTY);
    this.cells = TEN.map((truth) => TEN.map((guess) => this.cell(truth, guess)));
    const heads = TEN.map((digit) => element("th", { scope: "col" }, digit));
    const corner = element("td", { class: "ml-corner" }, "is ↓  taken for →");
    const head = (digit) => element("th", { scope: "row" }, digit);
    const rows = this.cells.map((cells, digit) => element("tr", {}, head(digit), ...cells));
    const parts = [element("thead", {}, element("tr", {}, corner, ...heads)), element("tbody", {}, ...rows)];
    this.table = element("table", { class: "ml-matrix", "aria-label": "Confusion matrix" }, ...parts);
    this.grid = new DigitGrid(enlarged);
    this.told = element("p", { class: "lab-muted" });
    const label = { class: "ml-cell", "aria-label": "Digits of the cell" };
    const cell = element("section", label, this.told, this.grid.node);
    this.body = element("div", { class: "ml-confusion", hidden: true }, this.table, cell);
    this.node = element("div", { class: "ml-pane" }, this.words, this.body);
  }

  cell(truth, guess) {
    const button = element("button", {
      type: "button", tabindex: -1, "aria-label": pairOf(truth, guess),
      onclick: () => this.choose(truth, guess), onkeydown: (event) => this.move(event, truth, guess),
    });
    return element("td", { class: truth === guess ? "ml-right" : false }, button);
  }

  // What is to be asked of a run; null for nothing.
  wish(run) {
    return run?.weights ? `${run.run} ${run.sum || run.step}` : null;
  }

  clear(words = EMPTY) {
    this.words.textContent = words;
    this.body.hidden = true;
  }

  // The matrix of a run, called by its name.
  take({ run, counts, wrong, of }, name) {
    if (run !== this.run) this.chosen = null;
    Object.assign(this, { run, counts });
    const strong = shares(counts);
    this.body.hidden = false;
    const right = percent(1 - wrong / of);
    this.words.textContent = `${name}: ${spaced(wrong)} of ${spaced(of)} test images are wrong, ${right} right.`;
    this.cells.forEach((cells, truth) => cells.forEach((cell, guess) => {
      const [button] = cell.children;
      const count = counts[truth][guess];
      button.textContent = count || "·";
      button.setAttribute("aria-label", said(counts, truth, guess));
      cell.style.setProperty("--share", strong[truth][guess]);
    }));
    this.mark();
    if (this.chosen) this.ask();
    else this.told.textContent = HINT;
    if (!this.chosen) this.grid.show([], this.lookOf());
  }

  mark() {
    this.cells.forEach((cells, truth) => cells.forEach(({ children: [button] }, guess) => {
      button.tabIndex = truth === this.at[0] && guess === this.at[1] ? 0 : -1;
      const chosen = this.chosen?.[0] === truth && this.chosen?.[1] === guess;
      button.setAttribute("aria-pressed", String(chosen));
    }));
  }

  choose(truth, guess) {
    Object.assign(this, { chosen: [truth, guess], at: [truth, guess] });
    this.mark();
    this.ask();
  }

  ask() {
    const [truth, guess] = this.chosen;
    this.send("cell", { run: this.run, truth, guess });
  }

  move(event, truth, guess) {
    const by = MOVES[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.at = [(truth + by[0] + 10) % 10, (guess + by[1] + 10) % 10];
    this.mark();
    this.cells[this.at[0]][this.at[1]].firstChild.focus();
  }

  // The digits of a cell, if it is still the one that is chosen.
  takeCell(message, buffers) {
    const { run, truth, guess, count, labels } = message;
    if (run !== this.run || this.chosen?.[0] !== truth || this.chosen?.[1] !== guess) return;
    const order = truth === guess ? "the least sure first" : "the surest first";
    const some = labels.length < count ? `, ${labels.length} of them here` : "";
    this.told.textContent = `${said(this.counts, truth, guess)}${count > 1 ? `, ${order}` : ""}${some}.`;
    this.grid.show(digitsOf(message, view(buffers[0])), this.lookOf());
  }
}

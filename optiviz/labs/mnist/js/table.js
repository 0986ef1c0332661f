// The runs in a table: what they are, how far they have come, and which are drawn; where the pointer
// is in the curves, what they had reached there.

import { element, say } from "../../../player/js/dom.js";
import { iconButton, outline, swatch, textButton } from "../../../player/js/ui.js";
import { rowAt } from "./scales.js";
import { lossWords, percent, settingsWords, spaced, standing } from "./words.js";

const EMPTY =
  "No run yet: press Train, and every optimiser starts from the same weights with the same batches.";
const HEADS = ["", "optimiser", "epoch", "test loss", "accuracy", "updates/s", "verdict", ""];
const SPOKEN = { 0: "shown in the curves", 7: "remove" }; // heads that are not seen
const PARTS = ["tick", "what", "epoch", "loss", "accuracy", "pace", "verdict", "remove"]; // for the style sheet
const TOLD = 2; // the column where what a run has reached begins
const AGAIN = {
  stopped: ["Continue", "Go on from where it was stopped"],
  kept: ["Train again", "Its curves were kept: train again, to the same weights"],
};
const isNumber = (i) => i > 1 && i < 6;
const kindOf = (i) => (isNumber(i) || i === 7 ? "lab-number" : i === 6 && "lab-wrap"); // of a cell

function head(words, i) {
  const column = { scope: "col", role: "columnheader", class: isNumber(i) && "lab-number", "data-part": PARTS[i] };
  return element("th", column, words || element("span", { class: "lab-spoken" }, SPOKEN[i]));
}

export class RunTable {
  // `send` asks Python to "show", "continue" or "remove" a run; `tick` is called with a run's number
  // and whether it is to be drawn, `pin` with that of one to be pinned or not; `pointsOf` gives the evaluations
  // of a run.
  constructor(symbols, send, tick, pointsOf = () => [], pin = null) {
    Object.assign(this, { symbols, send, tick, pin, pointsOf, rows: new Map(), runs: [], cursor: null });
    this.body = element("tbody", { role: "rowgroup" });
    this.empty = element("p", { class: "lab-muted" }, EMPTY);
    const all = { class: "lab-all", title: "Remove all runs", "aria-label": "remove all runs" };
    this.clear = textButton("all ✕", () => this.removeAll(), all);
    const heads = HEADS.map(head);
    this.epoch = heads[TOLD];
    heads[7].append(this.clear);
    const row = element("tr", { role: "row" }, ...heads);
    this.table = element("table", { role: "table" }, element("thead", { role: "rowgroup" }, row), this.body);
    const region = { class: "lab-runs", tabindex: 0, role: "region", "aria-label": "Runs" };
    this.node = element("div", region, this.empty, this.table);
  }

  // The runs of the last visit can be had back.
  offer(many, open) {
    const words = many === 1 ? "Open the run of the last visit" : `Open the ${many} runs of the last visit`;
    this.empty.append(" ", textButton(words, open));
  }

  removeAll() {
    const keys = this.runs.filter((run) => !underWay(run)).map(({ run }) => run);
    if (keys.length && confirm(`Remove ${keys.length} runs? Undo brings them back.`)) this.send("remove", keys);
  }

  show(runs, theme) {
    Object.assign(this, { runs, theme });
    this.empty.hidden = runs.length > 0;
    this.table.hidden = runs.length === 0;
    this.clear.disabled = runs.every(underWay);
    const known = new Set(runs.map(({ run }) => run));
    for (const [key, { node }] of this.rows) {
      if (known.has(key)) continue;
      node.remove();
      this.rows.delete(key);
    }
    runs.forEach((run, i) => {
      if (!this.rows.has(run.run)) this.add(run);
      const row = this.rows.get(run.run);
      if (this.body.children[i] !== row.node) this.body.insertBefore(row.node, this.body.children[i] ?? null);
      this.write(row, run, theme);
    });
  }

  // Tell what the runs had reached at an epoch, or with null what they have.
  point(epoch) {
    this.cursor = epoch;
    this.node.classList.toggle("lab-at", epoch !== null);
    this.epoch.textContent = epoch === null ? HEADS[TOLD] : this.at ?? "at epoch";
    for (const run of this.runs) this.write(this.rows.get(run.run), run, this.theme);
  }

  add(run) {
    const [rule, key] = [run.rule, run.run];
    const box = element("input", {
      type: "checkbox", checked: true, "aria-label": `show ${rule}, run ${key}, in the curves`,
      onchange: () => this.tick(key, box.checked),
    });
    const look = { type: "button", class: "lab-name", title: "Look at its digits and weights" };
    const name = element("button", { ...look, onclick: () => this.send("show", key) });
    const told = `run ${key} · ${settingsWords(run, this.symbols)}`;
    const words = element("span", { class: "lab-settings lab-wrap" }, told);
    const label = `remove ${rule}, run ${key}`;
    const remove = iconButton(outline("remove"), label, () => this.send("remove", [key]), { title: "Remove" });
    const cells = HEADS.map((_, i) => element("td", { class: kindOf(i), role: "cell", "data-part": PARTS[i] }));
    const verdict = element("span");
    const again = textButton("", () => this.send("continue", key), { class: "lab-again", hidden: true });
    cells[0].append(box);
    cells[1].append(name, words);
    cells[6].append(verdict, again);
    const pin = iconButton("", `pin ${rule}, run ${key}`, () => this.pin(key));
    cells[7].append(pin, remove);
    const node = element("tr", { "data-run": key, role: "row" }, ...cells);
    const said = [...cells.slice(TOLD, 6), verdict];
    this.rows.set(key, { node, said, name, remove, again, pin });
  }

  // Only what has changed is touched: the table is written thirty times a second.
  write(row, run, theme) {
    const color = run.mark[theme];
    if (row.color !== color || row.dash !== String(run.mark.dash)) {
      row.name.replaceChildren(swatch(color, run.mark.dash), ` ${run.rule}`);
      Object.assign(row, { color, dash: String(run.mark.dash) });
    }
    row.node.setAttribute("aria-selected", run.shown);
    this.writePin(row.pin, run);
    row.remove.disabled = underWay(run);
    this.writeAgain(row, run);
    const words = [...this.reached(run), run.pace ? spaced(run.pace) : "–", standing(run)];
    words.forEach((text, i) => {
      const cell = row.said[i];
      say(cell, text);
    });
  }

  // A pinned run has its letter on the button.
  writePin(pin, run) {
    pin.disabled = underWay(run);
    const letter = run.letter ?? "";
    if (pin.title && pin.textContent === letter) return;
    pin.title = letter ? "Unpin" : "Pin: strong in every chart, and first here (K pins the run that is shown)";
    pin.replaceChildren(letter || outline("pin"));
    pin.setAttribute("aria-pressed", Boolean(letter));
  }

  writeAgain({ again }, { phase, rule, run }) {
    const [words, title] = AGAIN[phase] ?? [""];
    if (again.textContent === words) return;
    Object.assign(again, { textContent: words, title: title ?? "", hidden: !words });
    again.setAttribute("aria-label", `${words} ${rule}, run ${run}`);
  }

  reached(run) {
    if (this.cursor === null) {
      return [`${run.epoch.toFixed(1)} / ${run.epochs}`, lossWords(run.loss), percent(run.accuracy)];
    }
    const row = rowAt(this.pointsOf(run.run), this.cursor);
    return row ? [row[0].toFixed(1), lossWords(row[2]), percent(row[3])] : ["–", "–", "–"];
  }
}

export const underWay = ({ phase }) => phase === "training" || phase === "waiting";

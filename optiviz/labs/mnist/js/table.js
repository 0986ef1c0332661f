// The runs in a table: what they are, how far they have come, and which are drawn.

import { element } from "../../../player/js/dom.js";
import { iconButton, outline, swatch } from "../../js/ui.js";
import { lossWords, percent, settingsWords, spaced, standing } from "./words.js";

const EMPTY =
  "No run yet: press Train, and every optimiser starts from the same weights with the same batches.";
const HEADS = ["", "optimiser", "epoch", "test loss", "accuracy", "updates/s", "verdict", ""];
const SPOKEN = { 0: "shown in the curves", 7: "remove" }; // heads that are not seen
const TOLD = 2; // the column where what a run has reached begins
const isNumber = (i) => i > 1 && i < 6;
const kindOf = (i) => (isNumber(i) || i === 7 ? "lab-number" : i === 6 && "lab-wrap"); // of a cell

function head(words, i) {
  const column = { scope: "col", class: isNumber(i) && "lab-number" };
  return element("th", column, words || element("span", { class: "lab-spoken" }, SPOKEN[i]));
}

export class RunTable {
  // `send` asks Python to "show" or "remove" a run; `tick` is called with a run's number and
  // whether it is to be drawn.
  constructor(symbols, send, tick) {
    Object.assign(this, { symbols, send, tick, rows: new Map() });
    this.body = element("tbody");
    this.empty = element("p", { class: "lab-muted" }, EMPTY);
    this.table = element("table", {}, element("thead", {}, element("tr", {}, ...HEADS.map(head))), this.body);
    const region = { class: "lab-runs", tabindex: 0, role: "region", "aria-label": "Runs" };
    this.node = element("div", region, this.empty, this.table);
  }

  show(runs, theme) {
    this.empty.hidden = runs.length > 0;
    this.table.hidden = runs.length === 0;
    const known = new Set(runs.map(({ run }) => run));
    for (const [key, { node }] of this.rows) {
      if (known.has(key)) continue;
      node.remove();
      this.rows.delete(key);
    }
    for (const run of runs.toReversed()) {
      if (!this.rows.has(run.run)) this.add(run);
      this.write(this.rows.get(run.run), run, theme);
    }
  }

  add(run) {
    const [rule, key] = [run.rule, run.run];
    const box = element("input", {
      type: "checkbox", checked: true, "aria-label": `show ${rule}, run ${key}, in the curves`,
      onchange: () => this.tick(key, box.checked),
    });
    const look = { type: "button", class: "lab-name", title: "Look at its digits and weights" };
    const name = element("button", { ...look, onclick: () => this.send("show", key) });
    const words = element("span", { class: "lab-settings lab-wrap" }, settingsWords(run, this.symbols));
    const label = `remove ${rule}, run ${key}`;
    const remove = iconButton(outline("remove"), label, () => this.send("remove", key), { title: "Remove" });
    const cells = HEADS.map((_, i) => element("td", { class: kindOf(i) }));
    cells[0].append(box);
    cells[1].append(name, words);
    cells[7].append(remove);
    const node = element("tr", { "data-run": key }, ...cells);
    this.rows.set(key, { node, cells, name, remove });
    this.body.prepend(node);
  }

  // Only what has changed is touched: the table is written thirty times a second.
  write(row, run, theme) {
    const color = run.mark[theme];
    if (row.color !== color || row.dash !== String(run.mark.dash)) {
      row.name.replaceChildren(swatch(color, run.mark.dash), ` ${run.rule}`);
      Object.assign(row, { color, dash: String(run.mark.dash) });
    }
    row.node.setAttribute("aria-selected", run.shown);
    row.remove.disabled = ["training", "waiting"].includes(run.phase);
    const words = [
      `${run.epoch.toFixed(1)} / ${run.epochs}`,
      lossWords(run.loss),
      percent(run.accuracy),
      run.pace ? spaced(run.pace) : "–",
      standing(run),
    ];
    words.forEach((text, i) => {
      const cell = row.cells[TOLD + i];
      if (cell.textContent !== text) cell.textContent = text;
    });
  }
}

// The sliders of a page: every place of one is a run that was made.

import { element, say } from "../../player/js/dom.js";
import { written } from "../../player/js/numbers.js";

export class Controls {
  constructor(page) {
    this.page = page;
    this.rows = [];
    const { choices, worlds } = page.book.data;
    const shared = [...choices.keys()].filter((i) => choices[i].lane === null);
    this.said = new Set(); // letters whose meaning a rule above has told
    const groups = worlds[0].lanes.map((_, lane) => this.group(lane));
    this.node = element("div", { class: "ex-sliders" }, ...shared.map((i) => this.row(i)), ...groups);
  }

  // A rule's own choices below its name, in its colour, and its formula with what its letters mean.
  group(lane) {
    const { data } = this.page.book;
    const { label, formula, letters } = data.worlds[0].lanes[lane];
    const name = element("b", { "data-lane": lane }, label.split("  ")[0]);
    const lines = formula.map((line) => element("span", { class: "ex-formula" }, line));
    const own = [...data.choices.keys()].filter((i) => data.choices[i].lane === lane);
    const legend = element("legend", {}, name, ...lines);
    const told = Object.entries(letters).map(([letter, words]) => `${letter} the ${words}`);
    const fresh = told.filter((words) => !this.said.has(words));
    for (const words of fresh) this.said.add(words);
    const meaning = fresh.length ? [element("p", { class: "ex-letters" }, fresh.join(", "))] : [];
    return element("fieldset", { class: "ex-group" }, legend, ...meaning, ...own.map((i) => this.row(i)));
  }

  row(index) {
    const { name, title, words, lane } = this.page.book.data.choices[index];
    const output = element("output", { class: "ex-value" });
    if (name === "start") return this.keep(index, null, output, "start", "click the picture");
    if (name === "surface") return this.select(index);
    const input = element("input", {
      type: "range", min: 0, max: words.length - 1, step: 1, "aria-label": title, "data-choice": index,
      oninput: () => this.page.choose(index, Number(input.value), lane),
    });
    return this.keep(index, input, output, title);
  }

  select(index) {
    const { words } = this.page.book.data.choices[index];
    const titles = this.page.book.data.runs.slice(0, words.length).map(({ title }) => title);
    const input = element(
      "select",
      { "aria-label": "surface", "data-choice": index, onchange: () => this.page.choose(index, Number(input.value)) },
      ...titles.map((title, i) => element("option", { value: i }, title)),
    );
    return this.keep(index, input, null, "surface");
  }

  keep(index, input, output, words, hint = "") {
    this.rows.push({ index, input, output });
    const parts = [input ?? element("span", { class: "ex-hint" }, hint), output].filter(Boolean);
    return element("label", { class: "ex-row" }, element("span", { class: "ex-name" }, words), ...parts);
  }

  write() {
    const { book, player } = this.page;
    for (const { index, input, output } of this.rows) {
      const word = book.word(index);
      const told = word.split(",").map(written).join(", ");
      if (output) say(output, told);
      if (!input) continue;
      input.value = book.at[index];
      input.setAttribute("aria-valuetext", told);
      const last = book.data.choices[index].words.length - 1;
      input.style.setProperty("--ov-share", `${(100 * book.at[index]) / last}%`);
    }
    for (const name of this.node.querySelectorAll("[data-lane]"))
      name.style.color = player.colorOf(player.runs[name.dataset.lane]);
  }
}

// A page of trained networks: sliders choose among them, nothing is computed between two.

import { button, element } from "../../../player/js/dom.js";
import { written } from "../../../player/js/numbers.js";
import { opened } from "../../js/coding.js";
import { Book } from "./book.js";
import { Curves } from "./curves.js";
import { Digits } from "./digits.js";
import { Maps } from "./maps.js";

export async function trained(root, text) {
  return new Page(root, await opened(text));
}

const spread = (mean, sd, factor, digits) =>
  `${(factor * mean).toFixed(digits)}${sd === null ? "" : ` ± ${(factor * sd).toFixed(digits)}`}`;

class Page {
  constructor(root, facts) {
    this.root = root;
    this.book = new Book(facts);
    this.book.recall(location.hash.slice(1));
    this.curves = new Curves(this.book);
    this.digits = new Digits(this.book);
    this.maps = new Maps(this, root.querySelector(".tr-maps"));
    this.chips = facts.lanes.map(({ label }, lane) => {
      const how = { type: "button", class: "ov-chip", "data-lane": lane, onclick: () => this.look(lane) };
      return element("button", how, element("i"), label);
    });
    this.sliders = element("div", { class: "tr-sliders" });
    this.told = element("div", { class: "tr-told", role: "status" });
    const rules = element("div", { class: "tr-rules", role: "group", "aria-label": "Rule" }, ...this.chips);
    const panel = element("section", { class: "tr-panel", "aria-label": "Settings" }, rules, this.sliders, this.told);
    root.querySelector("header").append(button("theme", "Light or dark", () => this.turnTheme()));
    root.querySelector("header").after(panel, this.curves.node, this.digits.node);
    root.classList.add("tr-live");
    this.night = matchMedia("(prefers-color-scheme: dark)");
    this.night.addEventListener("change", () => this.digits.themed());
    addEventListener("hashchange", () => {
      this.book.recall(location.hash.slice(1));
      this.look(this.book.lane);
    });
    this.look(this.book.lane);
  }

  // Look at another rule, at the settings that were last chosen for it.
  look(lane) {
    this.book.look(lane);
    this.turn();
  }

  // Show what is chosen now.
  turn() {
    this.write();
    this.curves.draw();
    this.maps.draw();
    this.digits.draw();
    try {
      history.replaceState(null, "", `#${this.book.address}`);
    } catch {
      // a frame without an address of its own
    }
  }

  write() {
    const { book } = this;
    this.chips.forEach((chip, lane) => chip.setAttribute("aria-pressed", lane === book.lane));
    if (this.shown !== book.lane) this.offer(book.lane);
    for (const { input, output, words, at } of this.rows) {
      const value = at();
      const told = written(words[value]);
      input.value = value;
      output.textContent = told;
      input.setAttribute("aria-valuetext", told);
      input.style.setProperty("--ov-share", `${(100 * value) / (words.length - 1)}%`);
    }
    this.told.replaceChildren(...this.words(book.facts.nodes[book.node()]));
  }

  // The sliders of a rule; that of the seed says whose images are shown.
  offer(lane) {
    const { book } = this;
    const { axes } = book.facts.lanes[lane];
    this.shown = lane;
    this.rows = axes.map(({ title, words }, axis) =>
      this.row(title, words, () => book.at[lane][axis], (value) => book.choose(lane, axis, value)));
    const own = book.facts.nodes.filter((node) => node.lane === lane).map(({ seeds }) => seeds);
    const seeds = own.reduce((a, b) => (b.length > a.length ? b : a));
    if (seeds.length > 1)
      this.rows.push(this.row("seed", seeds.map(String), () => Math.min(book.seed, seeds.length - 1), (value) => {
        book.seed = value;
      }));
    this.sliders.replaceChildren(...this.rows.map(({ node }) => node));
    this.sliders.dataset.lane = lane;
  }

  row(title, words, at, choose) {
    const input = element("input", {
      type: "range", min: 0, max: words.length - 1, step: 1, "aria-label": title,
      oninput: () => {
        choose(Number(input.value));
        this.turn();
      },
    });
    const output = element("output");
    const node = element("label", { class: "tr-row" }, element("span", {}, title), input, output);
    return { input, output, words, at, node };
  }

  words(node) {
    if (!node) return [element("p", { class: "tr-verdict" }, "No network was trained with these settings.")];
    const { accuracy, accuracySd, loss, lossSd, diverged, seeds, verdict } = node;
    const [kept, muted] = [seeds.length - diverged, (words) => element("p", { class: "tr-muted" }, words)];
    const parts = [];
    if (accuracy !== null) {
      const big = element("b", {}, `${spread(accuracy, accuracySd, 100, 2)} %`);
      parts.push(element("p", { class: "tr-big" }, big, " test accuracy"));
      parts.push(muted(`test loss ${spread(loss, lossSd, 1, 4)}`));
    }
    parts.push(element("p", { class: "tr-verdict" }, verdict));
    if (diverged && seeds.length > 1) parts.push(muted(`diverged with ${diverged} of ${seeds.length} seeds`));
    if (kept > 1) parts.push(muted(`mean of ${kept} seeds ± one deviation, as the bands`));
    return parts;
  }

  turnTheme() {
    const { dataset } = this.root;
    const dark = dataset.theme === "dark" || (dataset.theme === "auto" && this.night.matches);
    dataset.theme = dark ? "light" : "dark";
    this.digits.themed();
  }
}

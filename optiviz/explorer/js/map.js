// The map of a rule's settings: how every run ended, and a click or an arrow key chooses one.

import { element, placeOf, say } from "../../player/js/dom.js";
import { pen, rule, write } from "../../player/js/marks.js";
import { blend, clamp, written } from "../../player/js/numbers.js";
import { Sheet } from "../../player/js/sheet.js";

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const MARGIN = [18, 8, 34]; // pixels above, on the right and below; on the left, as the numbers need
const GAP = 5; // pixels from a number to the cells
const HATCH = 6; // pixels between two lines
// What the kinds of verdict have in common.
const GROUPS = {
  there: ["converged", "arrived", "near", "slides"],
  swings: ["oscillates", "cycle", "hovers", "wanders", "settles", "rising"],
  lost: ["diverged", "diverging", "left", "slopeless", "falls"],
};
const groupOf = (kind) => Object.keys(GROUPS).find((group) => GROUPS[group].includes(kind)) ?? "slow";
const KEY = [
  ["there", "at the minimum (converged)"], ["slow", "still on its way"],
  ["swings", "to and fro"], ["lost", "away from it (diverged)"],
];

export class Endings extends Sheet {
  constructor(page, signal) {
    super(page.player, element("canvas", {
      tabindex: 0, role: "application", "aria-label": "Map of the settings: arrow keys choose another run",
      onpointermove: (event) => this.point(this.cellAt(event), event),
      onpointerdown: (event) => this.choose(this.cellAt(event)),
      onpointerleave: () => this.point(null),
      onkeydown: (event) => this.press(event),
    }));
    const { lanes } = page.book.data.worlds[0];
    const most = lanes.map((_, i) => page.book.sliders(i).length);
    const widest = Math.max(...most);
    Object.assign(this, { page, lane: most.indexOf(widest), cursor: null, wide: 0 });
    this.chips = lanes.map(({ label }, lane) => {
      const facts = { type: "button", class: "ov-chip", onclick: () => this.turn(lane) };
      return element("button", facts, label.split("  ")[0]);
    });
    this.legend = key();
    this.words = element("span");
    this.claim = element("span", { class: "ex-claim" });
    const told = element("p", { class: "ex-told", role: "status" }, this.words, this.claim);
    const title = element("span", {}, "How every run ended");
    const caption = element("figcaption", {}, title, ...(lanes.length > 1 ? this.chips : []));
    this.node = element("figure", { class: widest < 2 ? "ex-map ex-strip" : "ex-map" }, caption, this.canvas, told);
    const watch = new ResizeObserver(() => this.ask());
    watch.observe(this.canvas);
    signal.addEventListener("abort", () => watch.disconnect());
  }

  // The sliders across and up; up is missing where there is but one.
  get axes() {
    return this.page.book.sliders(this.lane);
  }

  get counts() {
    const { choices } = this.page.book.data;
    const [across, up] = this.axes.map((i) => choices[i].words.length);
    return [across ?? 1, up ?? 1];
  }

  turn(lane) {
    this.lane = lane;
    this.ask();
  }

  // ---- what a person points at and chooses

  get box() {
    const [top, right, bottom] = MARGIN.map((length) => length * this.player.scale);
    const left = this.wide;
    return { left, top, width: this.width - left - right, height: this.height - top - bottom };
  }

  cellAt(event) {
    const [px, py] = placeOf(event);
    const { left, top, width, height } = this.box;
    const [n, m] = this.counts;
    const cell = [Math.floor(((px - left) / width) * n), Math.floor((1 - (py - top) / height) * m)];
    return cell[0] >= 0 && cell[0] < n && cell[1] >= 0 && cell[1] < m ? cell : null;
  }

  others([i, j]) {
    const [across, up] = this.axes;
    return up === undefined ? { [across]: i } : { [across]: i, [up]: j };
  }

  point(cell, event) {
    if (cell && event.buttons === 1) this.choose(cell);
    this.cursor = cell;
    this.ask();
  }

  choose(cell) {
    if (!cell) return;
    for (const [index, at] of Object.entries(this.others(cell))) this.page.book.choose(Number(index), at);
    this.page.turn();
  }

  press(event) {
    if (!(event.key in MOVES)) return;
    event.preventDefault();
    event.stopPropagation();
    const [n, m] = this.counts;
    const [i, j] = this.own;
    const [right, up] = MOVES[event.key];
    this.choose([clamp(i + right, 0, n - 1), clamp(j + up, 0, m - 1)]);
  }

  // The cell of the run that is shown.
  get own() {
    const { at } = this.page.book;
    const [across, up] = this.axes;
    return [at[across], up === undefined ? 0 : at[up]];
  }

  // ---- drawing

  tell() {
    const { book } = this.page;
    const cell = this.cursor ?? this.own;
    const { choices } = book.data;
    const others = this.others(cell);
    const named = Object.entries(others).map(([i, at]) => `${choices[i].symbol} ${written(choices[i].words[at])}`);
    const { words, kind } = book.ending(this.lane, others);
    say(this.words, `${named.join(", ")}: ${words}`);
    say(this.claim, this.cursor ? "Click to see this run." : (book.data.claims[kind] ?? ""));
  }

  // Say it at once, and draw once, before the next time the screen is refreshed: to write between two
  // drawings would have the page laid out for each.
  ask() {
    this.node.hidden = !this.axes.length;
    if (this.axes.length) this.tell();
    this.asked ??= requestAnimationFrame(() => {
      this.asked = null;
      this.draw();
    });
  }

  draw() {
    const { player, axes } = this;
    for (const [lane, chip] of this.chips.entries()) chip.setAttribute("aria-pressed", String(lane === this.lane));
    // The cells change with the rule, and with what is chosen beside the two settings of the map.
    const rest = this.page.book.at.filter((_, index) => !axes.slice(0, 2).includes(index));
    const key = [this.lane, ...rest, player.look.isDark, player.scale].join();
    this.stale ||= this.key !== key;
    this.key = key;
    super.draw();
  }

  lay() {
    const context = this.begin(this.still);
    context.font = this.font(10.5);
    const up = this.axes[1] === undefined ? [] : this.told(this.axes[1]);
    this.wide = GAP + Math.max(GAP, ...up.map(([word]) => context.measureText(word).width));
    this.drawCells(context, this.page.book, this.player.look);
    this.drawAxes(context, up);
  }

  move(context) {
    this.mark(context, this.own, 2.5);
    if (this.cursor) this.mark(context, this.cursor, 1.2);
  }

  drawCells(context, book, look) {
    const { left, top, width, height } = this.box;
    const [n, m] = this.counts;
    const [w, h] = [width / n, height / m];
    const ramp = book.data.ramps[look.isDark ? 1 : 0];
    const lost = new Path2D();
    const cells = Array.from({ length: n * m }, (_, k) => [k % n, Math.floor(k / n)]);
    const endings = cells.map((cell) => book.ending(this.lane, this.others(cell)));
    const steps = endings.filter(({ kind }) => groupOf(kind) === "there").map(({ step }) => Math.max(step, 1));
    const soonest = Math.min(...steps, book.data.steps / 2);
    const ends = `step ${Math.round(soonest)}–${book.data.steps}`;
    say(this.legend.querySelector(".ex-there"), `at the minimum (converged), ${ends}`);
    for (const [k, { kind, step }] of endings.entries()) {
      const group = groupOf(kind);
      const corner = [left + cells[k][0] * w, top + height - (cells[k][1] + 1) * h];
      const late = Math.log(Math.max(step, 1) / soonest) / Math.log(book.data.steps / soonest);
      context.fillStyle =
        group === "there" ? ramp[Math.round(clamp(late, 0, 1) * (ramp.length - 1))] : fillOf(group, look);
      context.fillRect(...corner, w + 0.6, h + 0.6);
      if (group === "lost") lost.rect(...corner, w, h);
      if (group === "swings") dot(context, corner, w, h, look);
    }
    context.save();
    context.clip(lost);
    pen(context, blend(look.muted, look.background, 0.4), 0.9);
    for (let x = left - height; x < left + width; x += HATCH) rule(context, x, top + height, x + height, top);
    context.restore();
  }

  // The first, the middle and the last value of a slider, each at a share of the axis.
  told(index) {
    const { words } = this.page.book.data.choices[index];
    const middle = Math.floor(words.length / 2);
    const shown = [[words[0], 0], [words[middle], (middle + 0.5) / words.length], [words.at(-1), 1]];
    return shown.map(([word, share]) => [written(word), share]);
  }

  // What an axis is of; evenly spread numbers need no word.
  nameOf(index) {
    const { title, log } = this.page.book.data.choices[index];
    return log ? `${title} (logarithmic)` : title;
  }

  drawAxes(context, upward) {
    const { left, top, width, height } = this.box;
    const { look, scale } = this.player;
    const [across, up] = this.axes;
    const below = top + height;
    for (const [k, [word, share]] of this.told(across).entries())
      write(context, word, left + width * share, below + 4, ["left", "center", "right"][k], "top", look.muted);
    write(context, this.nameOf(across), left + width / 2, this.height - 2, "center", "bottom", look.text);
    for (const [k, [word, share]] of upward.entries())
      write(context, word, left - GAP, below - height * share, "right", ["bottom", "middle", "top"][k], look.muted);
    if (upward.length) write(context, this.nameOf(up), 0, top - 4 * scale, "left", "bottom", look.text);
  }

  mark(context, [i, j], thick) {
    const { left, top, width, height } = this.box;
    const [n, m] = this.counts;
    const { look } = this.page.player;
    const [w, h] = [width / n, height / m];
    const corner = [left + i * w, top + height - (j + 1) * h];
    for (const [color, wide] of [[look.background, thick + 2], [look.text, thick]]) {
      pen(context, color, wide);
      context.strokeRect(corner[0] - 1, corner[1] - 1, w + 2, h + 2);
    }
  }
}

const fillOf = (group, look) =>
  group === "lost" ? look.background : blend(look.muted, look.background, group === "slow" ? 0.72 : 0.86);

function dot(context, [x, y], w, h, look) {
  context.fillStyle = blend(look.muted, look.background, 0.2);
  const size = clamp(Math.min(w, h) / 2, 2, 5);
  context.fillRect(x + w / 2 - size / 2, y + h / 2 - size / 2, size, size);
}

// What the cells mean, as a row of samples.
function key() {
  const samples = KEY.map(([group, words]) => element("span", { class: `ex-${group}` }, words));
  return element("p", { class: "ex-key" }, ...samples);
}

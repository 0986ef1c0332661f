// The map of η and β beside the path: a click or Enter plays the pair of a cell.

import { element, placeOf } from "../../../player/js/dom.js";
import { unpack } from "../../../player/js/numbers.js";
import { fitted, onResize, plain } from "../../../player/js/ui.js";
import { colorsOf, drawAxes, drawCells, drawMarks, spanOf } from "./drawing.js";
import { Grid } from "./grid.js";

const LEAST = 60; // pixels, below which nothing is drawn
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const rounded = (value) => Number(value.toPrecision(3));

export class RateMapView {
  constructor(lab, signal) {
    this.lab = lab;
    this.canvas = element("canvas", {
      tabindex: 0, role: "application", "aria-label": "Map of η and β: arrow keys move, Enter plays",
      onpointermove: (event) => this.point(this.cellAt(event)),
      onpointerleave: () => this.point(null),
      onclick: (event) => this.choose(this.cellAt(event)),
      onkeydown: (event) => this.key(event),
    });
    this.title = element("span");
    this.which = element("select", { "aria-label": "which optimiser is mapped", onchange: () => this.ask() });
    this.words = element("p", { class: "sl-map-words", role: "status" });
    const caption = element("figcaption", {}, this.title, this.which);
    this.legend = element("ul", { class: "sl-key", "aria-label": "Key of the map" });
    this.node = element("figure", { class: "sl-map" }, caption, this.canvas, this.legend, this.words);
    onResize(this.canvas, () => this.draw(), signal);
  }

  get shown() {
    return this.node.offsetParent !== null;
  }

  get lane() {
    return Number(this.which.value || 0);
  }

  // The name of the setting that is mapped beside a lane's η, if it has one.
  second(lane) {
    return this.lab.offers.seconds[lane.rule];
  }

  // ---- to Python and back

  // Ask for the map of a lane, if it is seen and no longer the one that is shown.
  ask() {
    const { state, reply } = this.lab;
    this.offer(state.lanes);
    if (!this.shown) return;
    const lane = state.lanes[this.lane];
    const rest = Object.entries(lane).filter(([name]) => name !== "lr" && name !== this.second(lane));
    const wanted = JSON.stringify([reply.problem, rest, state.start, state.steps]);
    if (wanted === this.wanted) {
      this.draw();
      return;
    }
    this.wanted = wanted;
    this.lab.model.send({ type: "map", about: this.lane });
  }

  // The lanes to choose from; the list is only written anew when they are others.
  offer(lanes) {
    const listed = lanes.map(({ rule }) => rule).join();
    const option = ({ rule }, i) => element("option", { value: i }, `${i + 1} ${rule}`);
    if (this.listed !== listed) this.which.replaceChildren(...lanes.map(option));
    this.listed = listed;
    this.which.hidden = lanes.length < 2;
  }

  take(block) {
    this.facts = unpack(block);
    this.canvas.hidden = false;
    this.title.textContent = "Steps to converge";
    this.canvas.style.flex = this.facts.y ? "" : "0 0 170px"; // one row
    this.keyed = null;
    this.point(null);
  }

  fail(words) {
    this.facts = this.wanted = null;
    this.title.textContent = "Map of η and β";
    this.words.textContent = words;
    this.canvas.hidden = true;
    this.legend.replaceChildren();
  }

  // ---- what a person points at and chooses

  get grid() {
    return new Grid(this.facts, this.canvas.clientWidth, this.canvas.clientHeight);
  }

  cellAt(event) {
    return this.facts ? this.grid.at(placeOf(event)) : null;
  }

  point(cell) {
    this.cursor = cell;
    if (!this.facts) return;
    this.words.textContent = cell ? this.told(cell) : this.fastest();
    this.draw();
  }

  told(cell) {
    const { taken, steps } = this.facts;
    const t = taken[this.grid.index(cell)];
    const end = t < 0 ? "diverges" : t ? `${t} steps` : `not there in ${steps} steps`;
    return `${this.named(this.grid.pair(cell))}: ${end}`;
  }

  fastest() {
    const { best, steps } = this.facts;
    if (!best) return `Nothing converges in ${steps} steps.`;
    return `○ fastest: ${this.named(best)}, ${best[2]} steps`;
  }

  named([x, y]) {
    const { symbol } = this.facts;
    return `η ${plain(x, 3)}${symbol && `, ${symbol} ${plain(y, 3)}`}`;
  }

  choose(cell) {
    if (!cell) return;
    const [x, y] = this.grid.pair(cell).map(rounded);
    const second = this.facts.y ? { [this.facts.y]: y } : {};
    this.lab.change((state) => Object.assign(state.lanes[this.lane], { lr: x, ...second }), {
      stays: true, plays: true,
    });
  }

  key(event) {
    if (!this.facts || !(event.key in MOVES || event.key === "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") {
      this.choose(this.cursor);
      return;
    }
    const lane = this.lab.state.lanes[this.lane];
    const [i, j] = this.cursor ?? this.grid.nearest([lane.lr, lane[this.facts.y] ?? 0]);
    const [right, up] = MOVES[event.key];
    this.point(this.grid.inside([i + right, j + up]));
  }

  // ---- drawing

  draw() {
    const sheet = fitted(this.canvas, LEAST);
    if (!sheet || !this.facts) return;
    const { context, width, height } = sheet;
    const { look } = this.lab.player;
    const grid = new Grid(this.facts, width, height);
    drawCells(context, grid, this.facts, look);
    drawAxes(context, grid, this.facts, look);
    drawMarks(context, grid, this.facts, look, this.own(look), this.cursor);
    this.writeKey(look);
  }

  // What the colours and the marks are, written anew for other colours.
  writeKey(look) {
    const { facts } = this;
    if (this.keyed === look) return;
    this.keyed = look;
    const { ramp, theory } = colorsOf(facts, look);
    const [fastest, slowest] = spanOf(facts);
    const blot = (style) => element("i", { style });
    const hatched = `repeating-linear-gradient(135deg,${look.muted} 0 1px,transparent 1px 5px)`;
    const rows = [
      facts.best && [`${fastest} `, blot(`width:70px;background:linear-gradient(90deg,${ramp})`), ` ${slowest} steps`],
      [blot(`background:${look.grid}`), ` not there in ${facts.steps}`],
      [blot(`background:${hatched}`), " diverges"],
      facts.best && ["○ fastest"],
      ["● as it is set"],
      facts.limit.length && [blot(`height:3px;background:${theory}`), " theory's limit"],
      facts.theory && ["★ theory's best"],
    ];
    this.legend.replaceChildren(...rows.filter(Boolean).map((parts) => element("li", {}, ...parts)));
  }

  // The pair that the mapped lane has now, with its colour.
  own(look) {
    const { player, state } = this.lab;
    const lane = state.lanes[this.lane];
    if (!lane || (this.facts.y && !(this.facts.y in lane))) return [];
    const run = player.runs[this.lane];
    return [{ pair: [lane.lr, lane[this.facts.y] ?? 0], color: run ? player.colorOf(run) : look.text }];
  }
}

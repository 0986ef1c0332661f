// The map of η and β beside the path: a click or Enter plays the pair of a cell.

import { element, placeOf } from "../../../player/js/dom.js";
import { unpack } from "../../../player/js/numbers.js";
import { fitted, onResize, plain } from "../../js/ui.js";
import { drawAxes, drawCells, drawMarks } from "./drawing.js";
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
    this.node = element("figure", { class: "sl-map" }, caption, this.canvas, this.words);
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
    const able = state.lanes.map((lane, i) => [lane, i]).filter(([lane]) => this.second(lane));
    this.offer(able);
    if (!this.shown) return;
    if (!able.length) {
      this.fail("None of these optimisers has a β to map beside η.");
      return;
    }
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
  offer(able) {
    const listed = able.map(([{ rule }, i]) => `${i} ${rule}`).join();
    if (this.listed !== listed)
      this.which.replaceChildren(...able.map(([{ rule }, i]) => element("option", { value: i }, rule)));
    this.listed = listed;
    this.which.hidden = able.length < 2;
  }

  take(block) {
    this.facts = unpack(block);
    this.canvas.hidden = false;
    this.title.textContent = `Steps to converge: η and ${this.facts.symbol}`;
    this.point(null);
  }

  fail(words) {
    this.facts = this.wanted = null;
    this.title.textContent = "Map of η and β";
    this.words.textContent = words;
    this.canvas.hidden = true;
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
    return `η ${plain(x, 3)}, ${this.facts.symbol} ${plain(y, 3)}`;
  }

  choose(cell) {
    if (!cell) return;
    const [x, y] = this.grid.pair(cell).map(rounded);
    this.lab.change((state) => Object.assign(state.lanes[this.lane], { lr: x, [this.facts.y]: y }), {
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
    const [i, j] = this.cursor ?? this.grid.nearest([lane.lr, lane[this.facts.y]]);
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
  }

  // The pair that the mapped lane has now, with its colour.
  own(look) {
    const { player, state } = this.lab;
    const lane = state.lanes[this.lane];
    if (!lane || !(this.facts.y in lane)) return [];
    const run = player.runs[this.lane];
    return [{ pair: [lane.lr, lane[this.facts.y]], color: run ? player.colorOf(run) : look.text }];
  }
}

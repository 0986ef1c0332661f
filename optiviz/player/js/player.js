// The interactive player: Python computes the paths, this draws them and lets time run.
//
// Numbers come as two packs, "ground" (what stands still) and "paths" (the runs).

import { element, placeOf } from "./dom.js";
import { Formula } from "./formulas.js";
import { Hands } from "./hands.js";
import { Legend, Speech, Tip } from "./legend.js";
import { clamp, unpack } from "./numbers.js";
import { Plane } from "./plane.js";
import { LARGER, Presenting } from "./presenting.js";
import { Series } from "./series.js";
import { Timeline } from "./timeline.js";
import { press, Transport } from "./transport.js";

const DRAG = 700; // milliseconds between two changes of one drag, at most
const prefers = (what) => window.matchMedia(`(prefers-${what})`);

// A player in an element. `onStart` is called with the start that a person chose, if one may.
export class Player extends Timeline {
  constructor(root, { theme = "auto", onStart = null, fills = false, wheel = fills, title = true, host = root } = {}) {
    super();
    Object.assign(this, { root, host, onStart, wheels: wheel, theme });
    this.runs = [];
    this.earlier = [];
    this.series = [];
    this.hover = null;
    this.overlay = null; // draws last on the plane, whenever it is drawn
    this.lit = null; // the arrow that somebody points at in the formula
    this.shows = { velocity: true, gradient: false, carried: false, batch: true, ghost: true };
    this.still = prefers("reduced-motion: reduce");
    this.scheme = prefers("color-scheme: dark");
    this.build(title, fills);
    this.listen();
  }

  build(title, fills) {
    this.root.classList.add("optiviz");
    this.root.classList.toggle("optiviz-fills", fills);
    this.title = element("h2", { class: "ov-title", hidden: !title });
    const label = "Paths over the level bands of the loss";
    this.canvas = element("canvas", { tabindex: "0", role: "img", "aria-label": label });
    this.plane = new Plane(this, this.canvas);
    this.side = element("div", { class: "ov-side" });
    this.transport = new Transport(this);
    this.legend = new Legend(this);
    this.tip = new Tip(this);
    this.speech = new Speech(this);
    const figure = element("figure", { class: "ov-plane" }, this.canvas);
    const parts = [this.transport, this.legend, this.tip, this.speech].map(({ node }) => node);
    const stage = element("div", { class: "ov-stage" }, this.title, figure, this.side, ...parts);
    this.root.replaceChildren(stage);
  }

  listen() {
    this.gone = new AbortController();
    const { signal } = this.gone;
    this.presenting = new Presenting(this, this.host, signal);
    this.watch = new ResizeObserver(() => this.ask());
    this.watch.observe(this.canvas);
    this.scheme.addEventListener("change", () => this.setTheme(this.theme), { signal });
    this.root.addEventListener("keydown", (event) => press(this, event), { signal });
    const anywhere = (event) => event.target === document.body && press(this, event);
    if (this.wheels) document.addEventListener("keydown", anywhere, { signal });
    this.hands = new Hands(this, signal);
  }

  dispose() {
    this.gone.abort();
    this.watch.disconnect();
    this.speech.stop();
    cancelAnimationFrame(this.asked);
    this.playing = false;
  }

  // ---- what is shown

  setGround(bytes) {
    this.standOn(unpack(bytes));
  }

  standOn({ xy, groups, ...ground }) {
    if (ground.samples) Object.assign(ground.samples, { xy, groups });
    this.ground = ground;
    this.title.textContent = ground.title;
    this.runs = [];
    this.earlier = [];
    this.changed = null;
    this.plane.home();
    this.setTheme(this.theme);
  }

  setPaths(bytes) {
    this.take(unpack(bytes));
  }

  take(facts) {
    const now = performance.now();
    // While a slider is drawn, the setting before the drag stays the one to compare with.
    if (this.runs.length) {
      if (now - (this.changed ?? -Infinity) > DRAG) this.earlier = this.runs;
      this.changed = now;
    }
    const atEnd = this.time >= this.steps;
    const first = !this.runs.length;
    const panels = String(this.facts?.panels);
    this.facts = facts;
    this.runs = facts.runs;
    this.steps = facts.steps;
    this.stops = facts.notes.map(({ step }) => step);
    if (first) Object.assign(this.shows, facts.shows, { carried: false });
    if (panels !== String(facts.panels)) this.setPanels();
    this.time = first || atEnd ? this.steps : Math.min(this.time, this.steps);
    this.transport.fit();
    this.legend.fit();
    this.formula?.fit();
    this.redraw();
  }

  setPanels() {
    const { panels } = this.facts;
    this.series = panels.filter((kind) => kind !== "formula").map((kind) => new Series(this, kind));
    this.formula = panels.includes("formula") ? new Formula(this) : null;
    const figures = [...this.series, this.formula].filter(Boolean).map(({ figure }) => figure);
    this.side.replaceChildren(...figures);
    this.root.classList.toggle("ov-no-side", !figures.length);
    this.watch.disconnect();
    for (const { canvas } of [this.plane, ...this.series]) this.watch.observe(canvas);
  }

  get ghosts() {
    return this.shows.ghost ? this.earlier : [];
  }

  get batched() {
    return Boolean(this.facts?.batchSize && this.ground.samples);
  }

  // The indices of the samples that the coming step is taken on.
  batch() {
    const { batch, batchSize } = this.facts;
    const row = Math.min(this.step, batch.length / batchSize - 1);
    return batch.subarray(row * batchSize, (row + 1) * batchSize).filter((i) => i >= 0);
  }

  setTheme(theme) {
    this.theme = theme;
    const page = document.body.dataset.jpThemeLight; // a notebook's own theme
    const night = page ? page === "false" : this.scheme.matches;
    const look = this.ground.themes[theme === "auto" ? (night ? "dark" : "light") : theme];
    this.look = look;
    this.scale = look.scale * (this.presenting.on ? LARGER : 1);
    this.root.style.setProperty("--ov-scale", this.scale);
    for (const name of ["background", "text", "muted", "grid", "accent"])
      this.root.style.setProperty(`--ov-${name}`, look[name]);
    this.root.style.colorScheme = this.root.dataset.theme = look.isDark ? "dark" : "light";
    if (this.runs.length) this.legend.fit();
    if (this.runs.length) this.formula?.fit();
    this.redraw();
  }

  colorOf(run) {
    return run.colors[this.look.isDark ? 1 : 0];
  }

  show(name) {
    this.shows[name] = !this.shows[name];
    this.redraw();
  }

  goHome() {
    this.plane.home();
    this.ask();
  }

  // ---- drawing

  get calm() {
    return this.still.matches;
  }

  redraw() {
    for (const sheet of [this.plane, ...this.series]) sheet.stale = true;
    this.ask();
  }

  // Draw once, before the next time the screen is refreshed.
  ask() {
    if (this.gone.signal.aborted) return;
    this.asked ??= requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.asked = null;
    if (!this.runs.length) return;
    if (this.playing) this.advance(now);
    for (const sheet of [this.plane, ...this.series]) sheet.draw();
    this.transport.write();
    this.legend.write();
    this.formula?.write();
    this.speech.later();
    if (this.playing) this.ask();
  }

  // ---- what a pointer chooses and points at

  // A start that a person chose, within the bounds.
  begin(place) {
    if (!this.onStart) return;
    const [[l, r], [b, t]] = this.ground.bounds;
    const [u, v] = this.plane.at(...place);
    const digits = Math.max(0, Math.ceil(-Math.log10(this.plane.unit)));
    const round = (value) => Number(value.toFixed(Math.min(digits, 12)));
    this.point(null);
    this.onStart([round(clamp(u, l, r)), round(clamp(v, b, t))]);
  }

  // Show what lies under the pointer on the plane: null for nothing.
  point(place) {
    const found = place && this.runs.length && this.plane.nearest(...place);
    this.hover = found ? found.t : null;
    const inside = place && this.plane.inside(...place);
    this.canvas.style.cursor = inside && this.onStart ? "crosshair" : "default";
    if (found) this.tip.tell(this.canvas, place, [found.run], found.t, true);
    else this.tip.node.hidden = true;
    this.ask();
  }

  // Show the step under the pointer on a panel, and go there while a button is held.
  scrub(series, event) {
    const place = placeOf(event);
    const step = series.stepAt(place[0]);
    if (event.buttons === 1) this.goTo(step);
    this.hover = step;
    this.tip.tell(series.canvas, place, this.runs, step, false);
    this.ask();
  }
}

// The interactive player: Python computes the paths, this draws them and lets time run.
//
// Numbers come as two packs, "ground" (what stands still) and "paths" (the runs).

import { arrowAt } from "./arrows.js";
import { element, placeOf, say } from "./dom.js";
import { Eigen } from "./eigen.js";
import { Formula } from "./formulas.js";
import { Hands } from "./hands.js";
import { Help } from "./help.js";
import { press } from "./keys.js";
import { isNight, keepKeys, onNight } from "./host.js";
import { landmarks, Legend, Speech, Tip } from "./legend.js";
import { clamp, unpack } from "./numbers.js";
import { Plane } from "./plane.js";
import { LARGER, Presenting } from "./presenting.js";
import { Series } from "./series.js";
import { Timeline } from "./timeline.js";
import { Transport } from "./transport.js";

const DRAG = 700; // milliseconds between two changes of one drag, at most

// A player in an element. `onStart` is called with the start that a person chose, if one may, and
// `onDraw` whenever something was drawn.
export class Player extends Timeline {
  constructor(root, { theme = "auto", fills = false, wheel = fills, title = true, host = root, ...told } = {}) {
    super();
    Object.assign(this, { onStart: null, onDraw: null, ...told, root, host, wheels: wheel, theme });
    this.runs = [];
    this.earlier = [];
    this.beside = []; // runs of the host's own that are drawn too: thin, or with a `letter` at the head
    this.series = [];
    this.hover = null;
    this.overlay = null; // draws last on the plane, whenever it is drawn
    this.lit = null; // the arrow, as its run and its kind, that somebody points at
    this.shows = { velocity: true, gradient: false, carried: false, batch: true, ghost: true, axes: true };
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.build(title, fills);
    this.listen();
  }

  build(title, fills) {
    this.root.classList.add("optiviz");
    this.root.classList.toggle("optiviz-fills", fills);
    this.title = element("h2", { class: "ov-title", hidden: !title });
    this.canvas = element("canvas", { tabindex: "0", role: "img" });
    this.plane = new Plane(this, this.canvas);
    this.side = element("div", { class: "ov-side" });
    this.transport = new Transport(this);
    this.legend = new Legend(this);
    this.tip = new Tip(this);
    this.speech = new Speech(this);
    this.help = new Help(this);
    const figure = element("figure", { class: "ov-plane" }, this.canvas);
    const parts = [this.transport, this.legend, this.tip, this.speech, this.help].map(({ node }) => node);
    const stage = element("div", { class: "ov-stage" }, this.title, figure, this.side, ...parts);
    this.root.replaceChildren(stage);
  }

  listen() {
    this.gone = new AbortController();
    const { signal } = this.gone;
    this.presenting = new Presenting(this, this.host, signal);
    this.watch = new ResizeObserver(() => this.ask());
    this.watch.observe(this.canvas);
    onNight(this.root, () => this.follow(), signal);
    this.root.addEventListener("keydown", (event) => press(this, event), { signal });
    const anywhere = (event) => event.target === document.body && press(this, event);
    if (this.wheels) document.addEventListener("keydown", anywhere, { signal });
    keepKeys(this.root, signal);
    this.hands = new Hands(this, signal);
  }

  dispose() {
    this.gone.abort();
    this.watch.disconnect();
    this.speech.stop();
    cancelAnimationFrame(this.asked);
    this.playing = false;
    // A notebook may keep the element for as long as its page is open.
    for (const sheet of [this.plane, ...this.series]) sheet.free();
    this.root.replaceChildren();
  }

  // ---- what is shown

  setGround(bytes) {
    this.standOn(unpack(bytes));
  }

  standOn({ xy, groups, ...ground }) {
    if (ground.samples) Object.assign(ground.samples, { xy, groups });
    this.ground = ground;
    say(this.title, ground.title);
    this.canvas.setAttribute("aria-label", landmarks(ground));
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
    say(this.title, facts.title ?? this.ground.title);
    this.runs = facts.runs;
    this.steps = facts.steps;
    this.stops = facts.notes.map(({ step }) => step);
    this.happenings = facts.runs.flatMap((run) => run.events.map((event) => ({ run, ...event })));
    if (first) Object.assign(this.shows, facts.shows, { carried: false });
    if (panels !== String(facts.panels)) this.setPanels();
    for (const series of this.series) series.fit();
    this.time = first || atEnd ? this.steps : Math.min(this.time, this.steps);
    this.transport.fit();
    this.legend.fit();
    this.formula?.fit();
    this.redraw();
  }

  setPanels() {
    const { panels } = this.facts;
    const made = (kind) => (kind === "eigen" ? new Eigen(this) : new Series(this, kind));
    this.series = panels.filter((kind) => kind !== "formula").map(made);
    this.formula = panels.includes("formula") ? new Formula(this) : null;
    const figures = [...this.series, this.formula].filter(Boolean).map(({ figure }) => figure);
    this.side.replaceChildren(...figures);
    this.root.classList.toggle("ov-no-side", !figures.length);
    this.watch.disconnect();
    for (const { canvas } of [this.plane, ...this.series]) this.watch.observe(canvas);
  }

  setBeside(runs) {
    this.beside = runs;
    this.redraw();
  }

  // The runs that a person is told of in numbers.
  get told() {
    return [...this.runs, ...this.beside.filter(({ letter }) => letter)];
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
    const around = () => (isNight(this.root.parentNode) ? "dark" : "light");
    const look = this.ground.themes[theme === "auto" ? around() : theme];
    this.look = look;
    this.scale = look.scale * (this.presenting.on ? LARGER : 1);
    this.root.style.setProperty("--ov-scale", this.scale);
    for (const name of ["background", "text", "muted", "grid", "accent"])
      this.root.style.setProperty(`--ov-${name}`, look[name]);
    this.root.style.colorScheme = this.root.dataset.theme = look.isDark ? "dark" : "light";
    for (const part of this.runs.length ? [this.transport, this.legend, this.formula] : []) part?.fit();
    this.redraw();
  }

  // The other of light and dark; a page around it may turn all of itself.
  turnTheme() {
    this.setTheme(this.look.isDark ? "light" : "dark");
  }

  // It may have become dark, or light, around it.
  follow() {
    if (this.theme !== "auto" || !this.look) return;
    if (isNight(this.root.parentNode) !== this.look.isDark) this.setTheme("auto");
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

  // Draw what was asked for now, while the screen's next refresh is still to come: who has waited for
  // Python waits no longer. Only once for each refresh, and what plays is drawn with it anyway.
  drawNow() {
    if (!this.asked || this.early || this.playing) return;
    this.early = requestAnimationFrame(() => (this.early = null));
    this.frame(performance.now());
  }

  // Draw once, before the next time the screen is refreshed.
  ask() {
    if (this.gone.signal.aborted) return;
    this.asked ??= requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    cancelAnimationFrame(this.asked); // of another, where this one was not waited for
    this.asked = null;
    if (!this.runs.length) return;
    if (this.playing) this.advance(now);
    // Words first: canvases ask for their sizes, and the page is laid out once.
    this.transport.write();
    this.legend.write();
    this.formula?.write();
    for (const sheet of [this.plane, ...this.series]) sheet.draw();
    this.speech.later();
    this.onDraw?.();
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
    const seen = place && this.runs.length;
    const arrow = seen ? arrowAt(this.plane, ...place) : null;
    const found = seen && !arrow && this.plane.nearest(...place);
    if (arrow?.kind !== this.lit?.kind || arrow?.run !== this.lit?.run) this.light(arrow?.run, arrow?.kind);
    this.hover = found ? found.t : null;
    const inside = place && this.plane.inside(...place);
    this.canvas.style.cursor = inside && this.onStart ? "crosshair" : "default";
    if (found) this.tip.tell(this.canvas, place, [found.run], found.t, true);
    else if (arrow) this.tip.tell(this.canvas, place, [arrow.run], this.step, true);
    else this.tip.node.hidden = true;
    this.ask();
  }

  // Light an arrow of a run, and in the formula the term that it is; no run: none.
  light(run, kind) {
    this.lit = run ? { run, kind } : null;
    this.formula?.follow(this.lit);
    this.ask();
  }

  // Show the step under the pointer on a panel, and go there while a button is held.
  scrub(series, event) {
    const place = placeOf(event);
    const step = series.stepAt(place[0]);
    if (event.buttons === 1) this.goTo(step);
    this.hover = step;
    this.tip.tell(series.canvas, place, this.told, step, false);
    this.ask();
  }
}

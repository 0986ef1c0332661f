// The two charts: their axes, the curves of the runs, a cursor that both share, and a picture.

import { element } from "../../../player/js/dom.js";
import { clipTo, pen, rule, write } from "../../../player/js/marks.js";
import { clamp } from "../../../player/js/numbers.js";
import { fitted, lookOf, onResize } from "../../../player/js/ui.js";
import { apart, CHARTS, epochTicks, frameOf, overSeconds, valueTicks } from "./scales.js";
import { lossWords, percent, settingsWords } from "./words.js";

const [LINE, GAP] = [14, 8]; // pixels between two names at lines' ends, and from a line to its name
const PAPER = { dense: 2, width: 560, height: 340, line: 22 }; // of the picture, each chart

const penOf = (context, mark, theme, width) =>
  pen(context, mark[theme], width, mark.dash.map((length) => length * width));

function drawAxes(context, chart, frame, look) {
  const { left, right, bottom, epochs } = frame;
  pen(context, look.grid, 1);
  for (const [y, words] of valueTicks(chart, frame)) {
    rule(context, left, y, right, y);
    write(context, words, left - 7, y, "right", "middle", look.muted);
  }
  const below = (words, x, y) => write(context, words, x, bottom + y, "center", "top", look.muted);
  for (const epoch of epochTicks(frame)) below(epoch, frame.x(epoch), 5);
  below(look.unit ?? (epochs === 1 ? "epoch" : "epochs"), (left + right) / 2, 19);
  context.strokeStyle = look.muted;
  rule(context, left, bottom + 0.5, right, bottom + 0.5);
}

// One curve; it has a gap where a value has no place on the scale, and none where there is no value.
function drawCurve(context, rows, pick, chart, frame) {
  let begun = false;
  context.beginPath();
  for (const row of rows) {
    const value = pick(row);
    if (value == null) continue;
    if (!chart.good(value)) begun = false;
    else if (begun) context.lineTo(frame.x(row[0]), frame.y(value));
    else {
      context.moveTo(frame.x(row[0]), frame.y(value));
      begun = true;
    }
  }
  context.stroke();
}

function drawRun(context, run, chart, frame, look) {
  const [epoch, loss] = run.tip ?? [];
  const living = run.phase === "training" && loss != null; // the loss since the last evaluation
  const rows = living ? [...run.rows, [epoch, loss, null, null]] : run.rows;
  const strong = run.back ? 0.35 : 1; // others are pinned
  context.globalAlpha = 0.45 * strong;
  penOf(context, run.mark, look.theme, 1.2);
  drawCurve(context, rows, (row) => chart.pick(row)[1], chart, frame);
  context.globalAlpha = strong;
  penOf(context, run.mark, look.theme, run.letter ? 2.8 : 2);
  drawCurve(context, rows, (row) => chart.pick(row)[0], chart, frame);
  context.setLineDash([]);
  const last = run.rows.at(-1);
  const value = last && chart.pick(last)[0];
  if (value != null && chart.good(value)) {
    context.beginPath();
    context.arc(frame.x(last[0]), frame.y(value), 3, 0, 7);
    context.fillStyle = run.mark[look.theme];
    context.fill();
  }
  context.globalAlpha = 1;
}

// The room that the names at the lines' ends need.
function roomFor(context, runs, look) {
  context.font = `600 12px ${look.font}`;
  const widths = runs.filter(({ label }) => label).map(({ label }) => context.measureText(label).width);
  return widths.length ? Math.max(...widths) + GAP : 0;
}

// The names at the lines' ends, which keep apart.
function drawNames(context, runs, chart, frame, look) {
  const ends = runs.flatMap((run) => {
    const last = run.rows.findLast((row) => chart.good(chart.pick(row)[0] ?? 0));
    return run.label && last ? [[run, frame.x(last[0]), frame.y(chart.pick(last)[0])]] : [];
  });
  const heights = apart(ends.map(([, , y]) => y), LINE);
  const over = Math.max(0, ...heights.map((y) => y - frame.bottom)); // then all of them stand higher
  context.font = `600 12px ${look.font}`;
  ends.forEach(([run, x], i) => {
    const y = Math.max(heights[i] - over, frame.top);
    write(context, run.label, x + GAP, y, "left", "middle", run.mark[look.theme]);
  });
}

// Where a run left the finite numbers: a cross, below the loss's upper edge or at the last accuracy,
// and words beside it, of which those of the nth run stand lower.
function drawEnd(context, run, nth, chart, frame, look) {
  const last = run.rows.findLast((row) => chart.pick(row)[0] != null && chart.good(chart.pick(row)[0]));
  const [x, top] = [frame.x(run.epoch), frame.top + 6];
  const y = chart === CHARTS.loss || !last ? top : frame.y(chart.pick(last)[0]);
  penOf(context, run.mark, look.theme, 2);
  if (last) rule(context, frame.x(last[0]), frame.y(chart.pick(last)[0]), x, y);
  context.setLineDash([]);
  for (const side of [-5, 5]) rule(context, x - 5, y - side, x + 5, y + side);
  const left = x > (frame.left + frame.right) / 2;
  const words = `${run.rule} diverged`;
  const below = clamp(y + 15 * nth, frame.top + 6, frame.bottom - 8);
  write(context, words, x + (left ? -10 : 10), below, left ? "right" : "left", "middle", look.text);
}

// Draw a chart on clear ground of some size in CSS pixels.
function drawChart(context, chart, frame, runs, look, cursor = null) {
  const { left, right, top, bottom, epochs } = frame;
  context.font = `12px ${look.font}`;
  context.lineCap = "butt";
  drawAxes(context, chart, frame, look);
  context.save();
  clipTo(context, left - 4, top - 4, right - left + 8, bottom - top + 5);
  for (const run of runs.toReversed()) drawRun(context, run, chart, frame, look);
  context.restore();
  drawNames(context, runs, chart, frame, look);
  runs.filter(({ fate }) => fate === "diverged").forEach((run, i) => drawEnd(context, run, i, chart, frame, look));
  if (cursor === null || cursor > epochs) return;
  const x = Math.round(frame.x(cursor)) + 0.5;
  pen(context, look.muted, 1);
  rule(context, x, top, x, bottom);
}

export class Charts {
  // `visible` gives the runs to draw, each with its evaluations as `rows`; `pointed` is called with
  // the epoch under the pointer, or null.
  constructor(root, symbols, visible, signal, pointed = () => {}) {
    Object.assign(this, { root, symbols, visible, pointed, seconds: false, cursor: null, asked: null });
    this.panels = Object.entries(CHARTS).map(([name, chart]) => this.panel(name, chart));
    this.node = element("div", { class: "lab-charts" }, ...this.panels.map(({ figure }) => figure));
    onResize(this.node, () => this.ask(), signal);
  }

  // The runs as they are drawn, over epochs or over seconds.
  get runs() {
    const runs = this.visible();
    return this.seconds ? runs.map(overSeconds) : runs;
  }

  get look() {
    return { ...lookOf(this.root), unit: this.seconds ? "seconds of training" : null };
  }

  panel(name, chart) {
    const panel = { name, chart };
    panel.canvas = element("canvas", {
      role: "img", "data-chart": name, "aria-label": chart.title,
      onpointermove: (event) => this.point(this.epochAt(panel, event)),
      onpointerleave: () => this.point(null),
    });
    const note = element("span", { class: "lab-muted", style: "font-weight:400" }, chart.note);
    const caption = element("figcaption", {}, element("h2", {}, chart.title, " ", note));
    panel.figure = element("figure", {}, caption, panel.canvas);
    return panel;
  }

  epochAt({ canvas, frame }, event) {
    if (!frame) return null;
    const seen = canvas.getBoundingClientRect();
    const x = (event.clientX - seen.left) * (canvas.clientWidth / seen.width); // also where it is enlarged
    const share = (x - frame.left) / (frame.right - frame.left);
    return share >= 0 && share <= 1 ? share * frame.epochs : null;
  }

  point(epoch) {
    if (epoch === this.cursor) return;
    this.cursor = epoch;
    this.pointed(epoch);
    this.ask();
  }

  // Draw once, before the next time the screen is refreshed.
  ask() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = null;
      this.draw();
    });
  }

  draw() {
    const [look, runs] = [this.look, this.runs];
    for (const panel of this.panels) {
      const { canvas, chart } = panel;
      const sheet = fitted(canvas);
      if (!sheet) continue;
      const room = roomFor(sheet.context, runs, look);
      panel.frame = frameOf(chart, runs, sheet.width, sheet.height, room);
      drawChart(sheet.context, chart, panel.frame, runs, look, this.cursor);
      const said = (run) => `${run.rule} ${chart === CHARTS.loss ? lossWords(run.loss) : percent(run.accuracy)}`;
      canvas.setAttribute("aria-label", `${chart.title}: ${runs.map(said).join(", ") || "no run yet"}`);
    }
  }

  // Both charts and the names of the runs as a PNG.
  picture() {
    const [look, runs] = [this.look, this.runs];
    const { dense, width, height, line } = PAPER;
    const canvas = element("canvas", { width: 2 * width * dense, height: (height + 30 + line * runs.length) * dense });
    const context = canvas.getContext("2d");
    context.scale(dense, dense);
    context.fillStyle = look.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    this.panels.forEach(({ chart }, i) => {
      context.save();
      context.translate(i * width, 0);
      context.fillStyle = look.text;
      context.font = `600 14px ${look.font}`;
      context.fillText(`${chart.title}  (${chart.note})`, 12, 20);
      context.translate(0, 28);
      const frame = frameOf(chart, runs, width, height, roomFor(context, runs, look));
      drawChart(context, chart, frame, runs, look);
      context.restore();
    });
    runs.forEach((run, i) => this.drawName(context, run, height + 38 + line * i, look));
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  drawName(context, run, y, look) {
    penOf(context, run.mark, look.theme, 2.5);
    rule(context, 14, y, 44, y);
    context.fillStyle = look.text;
    context.font = `13px ${look.font}`;
    const words = [run.rule, `run ${run.run} · ${settingsWords(run, this.symbols)}`, percent(run.accuracy), run.fate];
    context.fillText(words.filter(Boolean).join("   "), 54, y + 4);
  }
}

// Two charts of a run's layers: how long their gradients are, and their steps beside their weights.

import { element } from "../../../player/js/dom.js";
import { clipTo, pen, rule, write } from "../../../player/js/marks.js";
import { number, powers } from "../../../player/js/numbers.js";
import { fitted, onResize } from "../../../player/js/ui.js";
import { apart, epochTicks } from "./scales.js";

const MARGIN = { left: 46, right: 66, top: 8, bottom: 34 };
const THUMB = 1e-3;
const EMPTY = "After the first evaluation: the size of every layer's step, beside its weights.";
const MEANT =
  "layer 1 sees the pixels, the last one names the digit. Steps near 10⁻³ of the weights are usual; " +
  "much larger ones shake a layer, much smaller ones leave it as it was.";
const UNSEEN = "nothing was seen of its layers; its curves were kept, or it has not been evaluated yet.";
const COLORS = {
  light: ["#0072b2", "#b34a00", "#00785a", "#a8477f", "#6a3fb0", "#6b5600"],
  dark: ["#4fb0f0", "#f0915a", "#35c79b", "#e69ac6", "#b79cf5", "#d9bd4a"],
};
const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3], [12, 3], [4, 4]];
const CHARTS = [
  { name: "ratio", title: "Step beside weights", note: "|Δw| / |w| of every layer", column: 1 },
  { name: "gradient", title: "Gradient", note: "|g| of every layer, on its batch", column: 2 },
];

// The values of one layer over the epochs: points [epoch, value].
export const seriesOf = (rows, column, layer) => rows.map((row) => [row[0], row[column][layer]]);

// A range of powers of ten that has room for all values; a thousandth stays in view beside them.
export function rangeOf(rows, { name, column }) {
  const values = rows.flatMap((row) => row[column]).filter((value) => value > 0);
  if (name === "ratio") values.push(THUMB);
  if (!values.length) return [1e-3, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return [low / 1.5, Math.max(high * 1.5, low * 10)];
}

// Powers of ten between two values, and round numbers between them where there are few.
export function ticksOf(low, high) {
  if (high / low > 200) return powers(low, high, 6);
  const decades = [...Array(24).keys()].flatMap((i) => [1, 2, 5].map((m) => m * 10 ** (i - 16)));
  return decades.filter((value) => value >= low && value <= high).map((value) => [value, number(value, 1)]);
}

export class Layers {
  name = "layers";
  title = "Layers";
  kind = "layers";

  constructor(lookOf, signal) {
    Object.assign(this, { lookOf, rows: [], sizes: [] });
    this.words = element("p", { class: "lab-muted", role: "status" }, EMPTY);
    this.panels = CHARTS.map((chart) => this.panel(chart));
    this.body = element("div", { class: "lab-charts" }, ...this.panels.map(({ figure }) => figure));
    this.node = element("div", { class: "ml-pane" }, this.words, this.body);
    onResize(this.body, () => this.draw(), signal);
  }

  panel(chart) {
    const canvas = element("canvas", { role: "img", "data-layers": chart.name, "aria-label": chart.title });
    const note = element("span", { class: "lab-muted", style: "font-weight:400" }, chart.note);
    const caption = element("figcaption", {}, element("h2", {}, chart.title, " ", note));
    const figure = element("figure", {}, caption, canvas);
    return { chart, canvas, figure };
  }

  wish(run) {
    return run ? `${run.run} ${Math.round(run.step)}` : null;
  }

  clear(words = EMPTY) {
    this.words.textContent = words;
    this.rows = [];
    this.draw();
  }

  take({ rows, sizes }, name) {
    Object.assign(this, { rows, sizes });
    this.words.textContent = `${name}: ${rows.length ? MEANT : UNSEEN}`;
    this.draw();
  }

  draw() {
    const look = this.lookOf();
    for (const { chart, canvas } of this.panels) {
      const sheet = fitted(canvas);
      if (sheet) this.drawChart(sheet, chart, look);
      const last = this.rows.at(-1)?.[chart.column].map((value, i) => `layer ${i + 1} ${value.toPrecision(2)}`);
      canvas.setAttribute("aria-label", `${chart.title}: ${last?.join(", ") ?? "nothing yet"}`);
    }
  }

  frame({ width, height }, chart) {
    const { left, top } = MARGIN;
    const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
    const [low, high] = rangeOf(this.rows, chart);
    const epochs = Math.max(1, this.rows.at(-1)?.[0] ?? 1);
    const up = (value) => Math.log(value / low) / Math.log(high / low);
    const y = (value) => bottom - up(value) * (bottom - top);
    const x = (epoch) => left + (epoch / epochs) * (right - left);
    return { left, right, top, bottom, low, high, epochs, x, y };
  }

  drawChart(sheet, chart, look) {
    const { context } = sheet;
    const frame = this.frame(sheet, chart);
    context.font = `12px ${look.font}`;
    this.drawAxes(context, chart, frame, look);
    const layers = this.rows[0]?.[chart.column].length ?? 0;
    const ends = [...Array(layers).keys()].map((layer) => this.drawLine(context, chart, frame, layer, look));
    apart(ends, 14).forEach((y, layer) => {
      write(context, `layer ${layer + 1}`, frame.right + 6, y, "left", "middle", this.color(layer, look));
    });
  }

  drawAxes(context, chart, frame, look) {
    const { left, right, bottom, low, high } = frame;
    pen(context, look.grid, 1);
    for (const [value, words] of ticksOf(low, high)) {
      const y = Math.round(frame.y(value)) + 0.5;
      rule(context, left, y, right, y);
      write(context, words, left - 6, y, "right", "middle", look.muted);
    }
    if (chart.name === "ratio") {
      pen(context, look.muted, 1, [2, 4]);
      rule(context, left, frame.y(THUMB), right, frame.y(THUMB));
    }
    const below = (words, x, y) => write(context, words, x, bottom + y, "center", "top", look.muted);
    for (const epoch of epochTicks(frame)) below(epoch, frame.x(epoch), 5);
    below(frame.epochs === 1 ? "epoch" : "epochs", (left + right) / 2, 19);
    pen(context, look.muted, 1);
    rule(context, left, bottom + 0.5, right, bottom + 0.5);
  }

  color = (layer, look) => COLORS[look.theme][layer % COLORS[look.theme].length];

  // Draw a layer's line; where it ends.
  drawLine(context, chart, frame, layer, look) {
    const points = seriesOf(this.rows, chart.column, layer).filter(([, value]) => value > 0);
    context.save();
    clipTo(context, frame.left, frame.top - 4, frame.right - frame.left + 2, frame.bottom - frame.top + 5);
    pen(context, this.color(layer, look), 2, DASHES[layer % DASHES.length]);
    context.beginPath();
    for (const [epoch, value] of points) context.lineTo(frame.x(epoch), frame.y(value));
    context.stroke();
    context.restore();
    return points.length ? frame.y(points.at(-1)[1]) : frame.bottom;
  }
}

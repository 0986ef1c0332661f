// Curves over the epochs as SVG: the chosen rule's in its band, those of the others behind it.

import { element } from "../../../player/js/dom.js";
import { clamp, ticks } from "../../../player/js/numbers.js";

const MARGIN = { left: 46, right: 12, top: 8, bottom: 30 };
const HIGHEST = 1.5; // times the loss of a guess: above, a curve is cut
const ERRORS = [0.9, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const LEAST = 5e-4; // of an error that has a place on the scale
const APART = 16; // pixels between two numbers of an axis

// Both stand on a logarithmic scale: of the loss, and of the error, whose least is at the top.
export const CHARTS = {
  loss: { title: "Loss", note: "line: test, dotted: training", names: ["test_loss", "train_loss"], of: (v) => Math.log10(v) },
  accuracy: { title: "Test accuracy", note: "", names: ["test_accuracy"], of: (v) => -Math.log10(Math.max(1 - v, LEAST)) },
};

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// From where to where a chart goes: the same for all networks, so that a slider moves curves alone.
export function rangeOf(book, { names, of }) {
  const { facts } = book;
  const guess = HIGHEST * Math.log(facts.classes.length);
  let [low, high] = [Infinity, -Infinity];
  for (const name of names)
    for (const value of facts[name]) {
      const place = of(name === "test_accuracy" ? value : Math.min(value, guess));
      if (!Number.isFinite(place)) continue;
      low = Math.min(low, place);
      high = Math.max(high, place);
    }
  if (!(high > low)) [low, high] = [(Number.isFinite(low) ? low : 0) - 0.5, (Number.isFinite(low) ? low : 0) + 0.5];
  const room = 0.05 * (high - low);
  return { low: low - room, high: high + room, epochs: Math.max(...facts.epoch) };
}

export function frameOf({ low, high, epochs }, { of }, width, height) {
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const share = (value) => clamp((of(value) - low) / (high - low), -0.2, 1.2);
  return {
    left: MARGIN.left, right, top: MARGIN.top, bottom,
    x: (epoch) => MARGIN.left + ((right - MARGIN.left) * epoch) / epochs,
    y: (value) => bottom - (bottom - MARGIN.top) * share(value),
  };
}

// The numbers of the upright axis with their words, none too near to the one before.
export function marksOf(name, { low, high }, frame) {
  const tens = Array.from({ length: Math.ceil(high) - Math.floor(low) }, (_, i) => 10 ** (Math.floor(low) + i));
  const loss = tens.flatMap((ten) => [1, 2, 5].map((n) => [n * ten, String(Number((n * ten).toPrecision(1)))]));
  const accuracy = ERRORS.map((error) => [1 - error, `${Number((100 * (1 - error)).toPrecision(3))} %`]);
  return (name === "loss" ? loss : accuracy)
    .map(([value, words]) => [frame.y(value), words])
    .filter(([y]) => y >= frame.top && y <= frame.bottom)
    .reduce((kept, mark) => (kept.length && kept.at(-1)[0] - mark[0] < APART ? kept : [...kept, mark]), []);
}

const path = (points) =>
  points
    .map(([x, y], i) => (Number.isFinite(y) ? `${i && Number.isFinite(points[i - 1][1]) ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}` : ""))
    .join("");

export class Curves {
  constructor(book) {
    this.book = book;
    this.charts = Object.entries(CHARTS).map(([name, chart]) => {
      const canvas = svg("svg", { role: "img", "data-chart": name });
      const note = element("span", {}, chart.note);
      const figure = element("figure", { class: "tr-chart" }, element("figcaption", {}, element("b", {}, chart.title), " ", note), canvas);
      return { name, chart, canvas, figure, range: rangeOf(book, chart) };
    });
    this.node = element("section", { class: "tr-charts", "aria-label": "Curves" }, ...this.charts.map(({ figure }) => figure));
    new ResizeObserver(() => this.draw()).observe(this.node);
  }

  draw() {
    for (const one of this.charts) this.drawOne(one);
  }

  drawOne({ name, chart, canvas, range }) {
    const { width, height } = canvas.getBoundingClientRect();
    if (width < 60 || height < 60) return;
    const frame = frameOf(range, chart, width, height);
    canvas.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const { lane: chosen, facts } = this.book;
    const order = [...facts.lanes.keys()].filter((lane) => lane !== chosen);
    const runs = [...order, chosen].map((lane) => this.lane(lane, chart, frame, lane === chosen));
    const id = `tr-clip-${name}`;
    const { left, right, top, bottom } = frame;
    const clip = svg("clipPath", { id }, svg("rect", { x: left, y: top - 4, width: right - left + 6, height: bottom - top + 5 }));
    canvas.replaceChildren(clip, ...this.axes(name, range, frame), svg("g", { "clip-path": `url(#${id})` }, ...runs));
    canvas.setAttribute("aria-label", `${chart.title}: ${this.said(name)}`);
  }

  axes(name, range, frame) {
    const { left, right, bottom } = frame;
    const text = (x, y, words, anchor) => svg("text", { x, y, "text-anchor": anchor, class: "tr-tick" }, words);
    const lines = marksOf(name, range, frame).flatMap(([y, words]) => [
      svg("path", { d: `M${left} ${y.toFixed(1)}H${right}`, class: "tr-grid" }),
      text(left - 6, y + 4, words, "end"),
    ]);
    const epochs = ticks(0, range.epochs, 4).map(([epoch, words]) => text(frame.x(epoch), bottom + 15, words, "middle"));
    return [...lines, svg("path", { d: `M${left} ${bottom}H${right}`, class: "tr-axis" }), ...epochs,
      text((left + right) / 2, bottom + 28, "epochs", "middle")];
  }

  // A rule's curves: what is chosen has its band and its training loss, the others a thin line.
  lane(lane, chart, frame, chosen) {
    const node = this.book.node(lane);
    const group = svg("g", { "data-lane": lane, class: chosen ? "tr-chosen" : "tr-other" });
    if (node < 0) return group;
    const points = (band, by = 0) => band.map(({ epoch, mean, sd }) => [frame.x(epoch), frame.y(mean + by * sd)]);
    const [first, second] = chart.names.map((name) => this.book.band(node, name));
    if (chosen && first.some(({ sd }) => sd))
      group.append(svg("path", { d: `${path([...points(first, 1), ...points(first, -1).reverse()])}Z`, class: "tr-band" }));
    if (chosen && second) group.append(svg("path", { d: path(points(second)), class: "tr-line tr-train" }));
    group.append(svg("path", { d: path(points(first)), class: "tr-line tr-test" }));
    const last = points(first).at(-1);
    if (last && Number.isFinite(last[1])) group.append(svg("circle", { cx: last[0], cy: last[1], r: chosen ? 3.5 : 2.5 }));
    return group;
  }

  // The last numbers of the curves, aloud.
  said(name) {
    const { facts } = this.book;
    const each = facts.lanes.map(({ label }, lane) => {
      const node = facts.nodes[this.book.node(lane)];
      const value = node?.[name];
      return `${label} ${value == null ? "none" : name === "loss" ? value.toPrecision(3) : `${(100 * value).toFixed(2)} %`}`;
    });
    return each.join(", ");
  }
}

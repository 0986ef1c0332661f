// The runs' names, colours and losses: in the legend, beside the pointer, and aloud.

import { drawing, element, say } from "./dom.js";
import { cornersOf } from "./marks.js";
import { clamp, known, number } from "./numbers.js";
import { happened } from "./transport.js";

const QUIET = 600; // milliseconds for which nothing may change before it is said aloud

// A run's loss at a step; after its last step the last loss holds. `grain` says to which part of
// itself a loss above a `least` one is known, and `level` to which length a coordinate is, where
// they are not known in full.
export function lossOf({ floor, grain }, run, step) {
  if (run.true_loss) return known(run.true_loss[Math.min(step, run.steps)], 3); // not its shadow's
  const above = run.above[Math.min(step, run.steps)];
  return known(above + (floor ?? 0), 3, grain && grain * Math.hypot(above, run.least));
}

// What became of a run, from the step on at which it did.
const verdictOf = (run, step) => (step >= run.said ? run.verdict : "");

// The shape of a run's head, as small as a letter.
function headOf(head, color) {
  const corners = cornersOf(head, 4).map(([x, y]) => `${(6 + x).toFixed(1)} ${(6 + y).toFixed(1)}`);
  const path = corners.length ? `M${corners.join("L")}Z` : "M2 6a4 4 0 1 0 8 0a4 4 0 1 0-8 0z";
  return drawing("12 12", path, `class="ov-head" fill="${color}"`);
}

export class Legend {
  constructor(player) {
    this.player = player;
    this.node = element("ul", { class: "ov-legend", "aria-label": "Runs" });
  }

  // Other runs, or other colours for them. Rows that look as before are kept: a slider changes but
  // their words, with every frame.
  fit() {
    const { player } = this;
    const looks = player.runs.map((run) => [run.dash, run.head, player.colorOf(run)]);
    const key = JSON.stringify(looks);
    if (this.looks !== key) this.build(looks);
    this.looks = key;
    player.runs.forEach(({ label }, i) => say(this.names[i], label));
    this.written = null;
  }

  build(looks) {
    const words = (name) => looks.map(() => element("span", { class: `ov-${name}` }));
    [this.names, this.verdicts, this.losses] = ["label", "verdict", "loss"].map(words);
    const rows = looks.map(([dash, head, color], i) => {
      const dashes = dash.map((d) => d * 2.5).join(" ");
      const line = drawing("28 8", "M1 4H27", `stroke="${color}" stroke-dasharray="${dashes}"`);
      return element("li", {}, line, headOf(head, color), this.names[i], this.verdicts[i], this.losses[i]);
    });
    this.node.replaceChildren(...rows);
  }

  write() {
    const { step, facts, runs } = this.player;
    if (step === this.written) return;
    this.written = step;
    runs.forEach((run, i) => {
      const [loss, became] = [`loss ${lossOf(facts, run, step)}`, verdictOf(run, step)];
      say(this.losses[i], loss);
      say(this.verdicts[i], became === loss ? "" : became); // of a shadow there is no other
    });
  }
}

// What lies under the pointer.
export class Tip {
  constructor(player) {
    this.player = player;
    this.node = element("div", { class: "ov-tip", hidden: true });
  }

  // The numbers of a step beside a place of a canvas: in full of a run, or in short of each.
  tell(canvas, place, runs, step, full) {
    const rows = runs.map((run) => (full ? this.inFull(run, step) : this.inShort(run, step)));
    this.node.replaceChildren(element("b", {}, `step ${step}`), ...rows);
    this.node.hidden = false;
    this.put(canvas, place);
  }

  dot(run) {
    return element("i", { style: `background:${this.player.colorOf(run)}` });
  }

  inShort(run, step) {
    const t = Math.min(step, run.steps);
    const { level } = this.player.facts;
    const speed = known(Math.hypot(run.vx[t], run.vy[t]), 3, 2 * level);
    const loss = lossOf(this.player.facts, run, t);
    const words = `${run.name}  loss ${loss}  |v| ${speed}  η ${number(run.lr[t])}`;
    return element("div", {}, this.dot(run), words);
  }

  inFull(run, step) {
    const t = Math.min(step, run.steps);
    const { level } = this.player.facts;
    const [a, b] = this.player.ground.axes;
    const lines = [
      `${a} ${known(run.x[t], 4, level)}   ${b} ${known(run.y[t], 4, level)}`,
      `loss ${lossOf(this.player.facts, run, t)}   η ${number(run.lr[t])}`,
      `v₁ ${known(run.vx[t], 3, 2 * level)}   v₂ ${known(run.vy[t], 3, 2 * level)}`,
    ];
    const rows = lines.map((words) => element("div", {}, words));
    return element("div", {}, this.dot(run), run.label, ...rows);
  }

  put(canvas, [px, py]) {
    const page = this.node.offsetParent.getBoundingClientRect();
    const box = canvas.getBoundingClientRect();
    const [x, y] = [box.left - page.left + px, box.top - page.top + py];
    const { offsetWidth: w, offsetHeight: h, style } = this.node;
    const left = x + 16 + w > page.width ? x - w - 16 : x + 16;
    style.left = `${clamp(left, 4, Math.max(4, page.width - w - 4))}px`;
    style.top = `${clamp(y - h / 2, 4, Math.max(4, page.height - h - 4))}px`;
  }
}

// What the picture shows that does not move.
export function landmarks({ title, minima, local, saddles }) {
  const kinds = [
    ["Minimum", minima.filter((_, i) => !local[i])],
    ["Local minimum", minima.filter((_, i) => local[i])],
    ["Saddle", saddles],
  ];
  const told = kinds.filter(([, places]) => places.length).map(([name, places]) => {
    const at = places.map((place) => place.map((value) => number(value)).join(", "));
    return `${name} at ${at.join("; ")}.`;
  });
  return [`Paths over the level bands of the loss: ${title}.`, ...told].join(" ");
}

export function summary(player) {
  const { step, steps, told, facts, ground } = player;
  const each = told.map((run) => {
    const t = Math.min(step, run.steps);
    const at = `${known(run.x[t], 3, facts.level)}, ${known(run.y[t], 3, facts.level)}`;
    const became = verdictOf(run, step);
    return `${run.label}: loss ${lossOf(facts, run, t)} at ${at}${became && `; ${became}`}.`;
  });
  const now = happened(player);
  return [`${ground.title}. Step ${step} of ${steps}.`, ...(now ? [`${now}.`] : []), ...each].join(" ");
}

// Says where things stand to those who do not see it, and not while it plays.
export class Speech {
  constructor(player) {
    this.player = player;
    this.node = element("div", { class: "ov-spoken", "aria-live": "polite", role: "status" });
  }

  later() {
    this.stop();
    if (this.player.playing) return;
    this.timer = setTimeout(() => {
      const words = summary(this.player);
      say(this.node, words);
    }, QUIET);
  }

  stop() {
    clearTimeout(this.timer);
  }
}

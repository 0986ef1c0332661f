// The panel along the axes of the curvature: both components, or their parts of the loss.

import { axesTitle, axisTold } from "./axes.js";
import { drawing, element, say } from "./dom.js";
import { extent } from "./numbers.js";
import { Series } from "./series.js";

export class Eigen extends Series {
  constructor(player) {
    super(player, "eigen");
    this.rows = element("ul", { class: "ov-modes", "aria-label": "The axes of the curvature" });
    this.figure.replaceChildren(this.figure.firstChild, this.rows, this.canvas);
    this.figure.classList.add("ov-eigen");
  }

  // What leaves the picture does not press the rest flat.
  limits() {
    const { facts, ground } = this.player;
    const { room, depth, spread, logRoom } = ground.drawing;
    const { reach } = facts.eigen;
    if (!this.parts.loss) return { log: false, low: -reach * (1 + 2 * room), high: reach * (1 + 2 * room) };
    const runs = this.player.runs.filter(({ eigen }) => eigen);
    const most = Math.max(...runs.map(({ eigen }) => 0.5 * eigen.curvatures[0] * reach * reach));
    const values = this.curves().flatMap((curve) => [...curve.values]);
    const high = Math.min(extent(values)[1], most) || 1;
    const low = Math.min(high, extent(values.filter((value) => value > depth * high))[0]);
    const log = high > spread * low;
    return log ? { log, low: low / logRoom, high: high * logRoom } : { log, low: 0, high: high * (1 + room) };
  }

  lay() {
    super.lay();
    this.told = null;
    const title = axesTitle(this.player.facts, this.parts.loss ? "Loss" : undefined);
    say(this.title, title);
    this.canvas.setAttribute("aria-label", `${title} against the step`);
  }

  move(context) {
    super.move(context);
    this.tell();
  }

  // Every run's two axes, in numbers: only where a rate changes do they change with the step.
  tell() {
    const { player } = this;
    const runs = player.runs.filter(({ eigen }) => eigen);
    const rows = runs.flatMap((run) => [0, 1].map((axis) => axisTold(run, axis, player.step, player.facts.eigen)));
    const key = rows.join();
    if (key === this.told) return;
    this.told = key;
    const line = (i) => {
      const stroke = `stroke="${player.colorOf(runs[i >> 1])}" stroke-dasharray="${i % 2 ? "6 3" : ""}"`;
      return drawing("28 8", "M1 4H27", stroke);
    };
    this.rows.replaceChildren(...rows.map((words, i) => element("li", {}, line(i), words)));
  }
}

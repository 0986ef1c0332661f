// What is said of both sides, and the buttons that begin and end a training.

import { element } from "../../../player/js/dom.js";
import { focused, spoken, textButton } from "../../../player/js/ui.js";

const PHASES = {
  ready: "Ready", training: "Training", stopped: "Stopped", finished: "Trained", diverged: "Diverged",
};

// The words of a training's standing.
export function standing({ phase, done, looks }) {
  if (phase === "ready") return PHASES.ready;
  if (phase === "diverged") return `${PHASES.diverged} after update ${done}`;
  return `${PHASES[phase]}: update ${done} of ${looks.at(-1)}`;
}

export class Sides {
  // `press` is called with "train" or "stop".
  constructor(press) {
    const button = (words, name, attributes) =>
      textButton(words, () => press(name), { "data-do": name, ...attributes });
    this.train = button("Train", "train", { class: "lab-primary" });
    this.stop = button("Stop", "stop");
    this.bar = element("div");
    const range = { "aria-valuemin": 0, "aria-valuemax": 100 };
    const label = { class: "lab-progress", role: "progressbar", "aria-label": "progress" };
    this.progress = element("div", { ...label, ...range }, this.bar);
    this.figures = element("p", { class: "lab-figures" });
    const row = element("div", { class: "lab-buttons" }, this.train, this.stop);
    const named = { class: "tw-buttons", "aria-label": "Training" };
    this.buttons = element("section", named, row, this.progress, this.figures);
    const said = (name) => [name, element("p", { "data-said": name })];
    this.said = Object.fromEntries(["toy", "network", "both"].map(said));
    const side = (words, node) => element("section", {}, element("h2", {}, words), node);
    const { toy, network, both } = this.said;
    this.spoken = spoken();
    const sides = [side("The toy", toy), side("The network", network)];
    this.node = element("div", { class: "tw-sides" }, ...sides, both, this.spoken);
  }

  write(reply) {
    const { phase, done, looks, words } = reply;
    const training = phase === "training";
    this.turn(training);
    this.train.textContent = phase === "stopped" && !words.stale ? "Continue" : "Train";
    const share = done / looks.at(-1);
    this.bar.style.transform = `scaleX(${Math.min(share, 1)})`;
    this.progress.setAttribute("aria-valuenow", Math.round(100 * Math.min(share, 1)));
    this.figures.textContent = standing(reply);
    this.said.toy.textContent = words.toy;
    this.said.network.textContent = words.network;
    this.said.both.textContent = words.stale || words.both;
    if (training || this.phase === phase) return void (this.phase = phase);
    this.phase = phase;
    this.spoken.textContent = phase === "ready" ? "" : [standing(reply), words.network, words.both].join(". ");
  }

  // A button that can no longer be pressed hands the focus to the one that can.
  turn(training) {
    const [off, on] = training ? [this.train, this.stop] : [this.stop, this.train];
    const moves = focused(off) === off;
    on.disabled = false;
    if (moves) on.focus();
    off.disabled = true;
  }
}

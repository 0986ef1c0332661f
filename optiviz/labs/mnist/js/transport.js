// Train, stop, continue; and how far it is.

import { element, say } from "../../../player/js/dom.js";
import { spoken, textButton } from "../../../player/js/ui.js";
import { duration, spaced } from "./words.js";

export class Transport {
  // `send` is called with "train", "stop" or "continue".
  constructor(send) {
    const button = (words, name, attributes) =>
      textButton(words, () => send(name), { "data-do": name, ...attributes });
    this.train = button("Train", "train", { class: "lab-primary" });
    this.stop = button("Stop", "stop");
    this.go = button("Continue", "continue");
    this.bar = element("div");
    const range = { "aria-valuemin": 0, "aria-valuemax": 100 };
    const label = { class: "lab-progress", role: "progressbar", "aria-label": "progress" };
    this.progress = element("div", { ...label, ...range }, this.bar);
    this.figures = element("p", { class: "lab-figures" });
    this.told = element("p", { class: "lab-told", role: "status" });
    this.spoken = spoken();
    const buttons = element("div", { class: "lab-buttons" }, this.train, this.stop, this.go);
    const parts = [buttons, this.progress, this.figures, this.told, this.spoken];
    this.node = element("div", { class: "lab-transport" }, ...parts);
  }

  // `begun` says whether there is any run, `ended` how runs of the race ended badly.
  show({ phase, share, left, pace }, begun, ended = "") {
    this.train.disabled = phase === "training";
    this.stop.disabled = phase !== "training";
    this.go.disabled = phase !== "stopped";
    const done = phase === "ready" && !begun ? 0 : share;
    const hundredths = Math.round(100 * done);
    this.bar.style.transform = `scaleX(${done})`;
    this.progress.classList.toggle("lab-bad", ended !== "");
    this.progress.setAttribute("aria-valuenow", hundredths);
    const finished = ended ? "Ended" : "Finished";
    const words = { training: "Training", stopped: "Stopped", ready: begun ? finished : "Ready" }[phase];
    const figures = {
      training: [[duration(left), " left"], [spaced(pace), " updates a second"]],
      stopped: [[`${hundredths} %`, " of the way"]],
      ready: [],
    }[phase];
    if (ended) figures.push(["", ended]);
    this.figures.replaceChildren(
      ...[[words, ""], ...figures].map(([value, unit]) => element("span", {}, element("b", {}, value), unit)),
    );
    if (this.phase !== phase) this.spoken.textContent = [words, ended].filter(Boolean).join(": ");
    this.phase = phase;
  }

  // One sentence more, in a line that is there anyway.
  say(words) {
    say(this.told, words);
  }
}

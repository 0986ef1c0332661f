// The twin lab's controls: what toy and network share, and the valley that is looked at.

import { element } from "../../../player/js/dom.js";
import { clamp } from "../../../player/js/numbers.js";
import { choice, pair, plain, slider, textButton } from "../../../player/js/ui.js";

const LIMITS = { start: "at the start", now: "at its last update" };

// Where on a slider over values that rise, as a share of its way, a value between them stands.
export function shareOn(values, value) {
  const last = values.length - 1;
  const above = values.findIndex((one) => one >= value);
  if (above <= 0) return above ? 1 : 0;
  const [low, high] = [values[above - 1], values[above]];
  return (above - 1 + clamp(Math.log(value / low) / Math.log(high / low), 0, 1)) / last;
}

export class Controls {
  // The lab has `offers`, `state` and `reply`; it is told of a change by its `change`.
  constructor(lab) {
    const { knobs, schedules, network } = lab.offers;
    Object.assign(this, { lab, looks: [] });
    const made = Object.entries(knobs).map(([name, knob]) => [name, this.knob(knob, name)]);
    this.knobs = Object.fromEntries(made);
    this.limits = element("p", { class: "tw-limits" });
    const set = (name) => lab.change((state) => (state.schedule = name));
    this.schedule = choice("decay of η", schedules, lab.state.schedule, set, { "data-setting": "schedule" });
    this.valley = element("div");
    const title = (words, ...parts) =>
      element("fieldset", { class: "lab-group" }, element("legend", {}, words), ...parts);
    const { lr, beta, batch, updates, seed } = this.knobs;
    const layers = network.sizes.join("–");
    this.node = element(
      "section",
      { class: "lab-controls", "aria-label": "Controls" },
      title("Toy and network alike", this.marked(lr), this.limits, beta.node, batch.node,
        pair("decay of η", this.schedule), updates.node, seed.node),
      title("The valley that the toy runs in", this.valley),
      element(
        "p",
        { class: "lab-muted" },
        `The network is small, so that it trains while you watch: ${layers} units, on the first `,
        `${network.images} images of MNIST, all of which λ, loss and accuracy are measured on.`,
      ),
    );
  }

  knob(knob, name) {
    const set = (value) => this.lab.change((state) => (state[name] = value));
    return slider(knob, () => this.lab.state[name], set, { "data-setting": name });
  }

  // η with its limits on the slider.
  marked({ node, input }) {
    this.marks = Object.keys(LIMITS).map((name) => element("i", { class: `tw-mark tw-${name}`, hidden: true }));
    const track = element("span", { class: "tw-track" });
    input.before(track);
    track.append(input, ...this.marks);
    return node;
  }

  // While a lesson is open only those settings are free; null: all of them.
  restrict(free) {
    this.node.hidden = free?.length === 0;
    for (const field of this.node.querySelectorAll("input, select, button"))
      (field.closest("label") ?? field).inert = Boolean(free) && !free.includes(field.dataset.setting);
  }

  write() {
    for (const knob of Object.values(this.knobs)) knob.read();
    this.schedule.value = this.lab.state.schedule;
    this.writeLimits();
    this.writeValley();
  }

  writeLimits() {
    const { limits, done } = this.lab.reply;
    const { values } = this.lab.offers.knobs.lr;
    // Before there is a training, what holds now is what holds at the start.
    const known = Object.keys(LIMITS).filter((name) => limits[name] !== null && (done || name === "start"));
    this.marks.forEach((mark, i) => {
      const name = Object.keys(LIMITS)[i];
      const value = limits[name];
      mark.hidden = !known.includes(name);
      if (!mark.hidden) mark.style.setProperty("--at", shareOn(values, value).toFixed(4));
    });
    const words = known.map((name) => {
      const key = element("i", { class: `tw-key tw-${name}` });
      const value = element("b", {}, plain(limits[name], 3));
      return element("span", { class: "tw-limit" }, key, ` ${LIMITS[name]} `, value);
    });
    const formula = `Limit of η, ${limits.formula}, by the network's λ `;
    this.limits.replaceChildren(formula, ...words.flatMap((one) => [one, " "]));
  }

  // The updates at which λ is measured are those of a training.
  writeValley() {
    const { looks, at, settled, phase } = this.lab.reply;
    if (String(looks) !== String(this.looks)) {
      this.looks = looks;
      const knob = { label: "the valley at update", values: looks };
      const set = (update) => this.lab.change((state) => (state.at = update));
      this.at = slider(knob, () => this.lab.reply.at, set, { "data-setting": "at" });
      const back = () => this.lab.change((state) => (state.at = null));
      this.back = textButton("where λ has settled", back, { class: "ov-chip", "data-setting": "at" });
      this.valley.replaceChildren(this.at.node, this.back);
    }
    this.at.read();
    this.at.input.disabled = phase === "ready";
    this.back.disabled = phase === "ready";
    this.back.setAttribute("aria-pressed", String(settled && phase !== "ready"));
    return at;
  }
}

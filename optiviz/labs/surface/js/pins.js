// Pinned runs: up to three stay beside those that are set, and are compared on one timeline.

import { element } from "../../../player/js/dom.js";
import { unpack, view } from "../../../player/js/numbers.js";
import { iconButton, swatch, textButton } from "../../../player/js/ui.js";

// A run of the state as it is pinned: one of its rules, from where and on what it goes.
export function pinned({ start, schedule, decay, batch, seed, lanes }, lane) {
  return structuredClone({ start, schedule, decay, batch, seed, lanes: [lanes[lane]] });
}

export class Pins {
  // The lab has `state`, `reply`, `offers`, `model` and `player`, and the lane that is in `hand`.
  constructor(lab) {
    Object.assign(this, { lab, runs: [] });
    const words = { class: "ov-chip", title: "Pin this run, to compare others with it (K)" };
    this.button = textButton("Pin", () => this.pin(), words);
    this.chips = element("span", { class: "sl-pins", role: "group", "aria-label": "Pinned runs" });
    this.node = element("span", { class: "sl-beside" }, this.button, this.chips);
  }

  pin() {
    const { lab } = this;
    if (lab.lessons.held) return;
    const { pins } = lab.offers;
    const letter = pins.find((one) => !(one in lab.state.pins));
    if (letter) lab.change((state) => (state.pins[letter] = pinned(state, lab.hand.lane)), { stays: true });
    else lab.say(`${pins.slice(0, -1).join(", ")} and ${pins.at(-1)} are pinned: unpin one of them first.`, true);
  }

  unpin(letter) {
    this.lab.change(({ pins }) => delete pins[letter], { stays: true });
    this.button.focus();
  }

  // What Python has answered: the runs, if they are others, and what tells them apart.
  take() {
    const { model, reply } = this.lab;
    const sent = model.get("pinned");
    if (sent !== this.sent) this.runs = sent?.byteLength ? unpack(view(sent)).runs : [];
    this.sent = sent;
    Object.entries(reply.pins).forEach(([letter, words], i) => {
      const label = words ? `${letter}: ${words}` : letter;
      Object.assign(this.runs[i], { letter, label, name: label });
    });
    this.write();
  }

  write() {
    this.chips.replaceChildren(...this.runs.map((run) => this.chip(run)));
  }

  chip(run) {
    const off = iconButton("✕", `unpin ${run.letter}`, () => this.unpin(run.letter), { title: "Unpin" });
    const words = element("span", {}, run.label);
    const line = swatch(this.lab.player.colorOf(run), run.dash);
    return element("span", { class: "sl-pin", title: `${run.label}: ${run.verdict}` }, line, words, off);
  }
}

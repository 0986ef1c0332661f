// What the network sees: digits with its guesses, and the weights of its first layer.

import { element } from "../../../player/js/dom.js";
import { blend, channels, view } from "../../../player/js/numbers.js";
import { percent, spaced } from "./words.js";

const SIDE = 28; // pixels of an image
const PIXELS = SIDE * SIDE;
const COLUMNS = 8; // of the units
const ENDS = { light: ["#0072b2", "#d55e00"], dark: ["#3d9be0", "#f0915a"] }; // below zero, above
const EMPTY = {
  digits: "After the first evaluation: what the network takes each digit for, the wrong ones first.",
  units: "What each unit of the first layer looks for.",
};

// The colours of the weights from −127 to 127, the ground's at zero and full from 80 on.
export function weightColors({ theme, background }) {
  const [below, above] = ENDS[theme];
  return Array.from({ length: 256 }, (_, byte) => {
    const v = (byte - 128) / 127;
    return channels(blend(background, v > 0 ? above : below, Math.min(1, Math.abs(v) * 1.6)));
  });
}

class Digit {
  constructor() {
    const canvas = element("canvas", { width: SIDE, height: SIDE });
    this.context = canvas.getContext("2d");
    this.words = element("figcaption");
    this.node = element("figure", { role: "img" }, canvas, this.words);
  }

  show(image, label, guess, sure, look) {
    const data = this.context.createImageData(SIDE, SIDE);
    const ink = channels(look.text);
    image.forEach((alpha, k) => data.data.set([...ink, alpha], 4 * k));
    this.context.putImageData(data, 0, 0);
    const bad = label !== guess;
    this.node.classList.toggle("lab-bad", bad);
    this.words.textContent = bad ? `${label} → ${guess}` : label;
    const what = bad ? `${label}, taken for a ${guess}` : label;
    this.node.setAttribute("aria-label", `a ${what}, ${percent(sure)} sure`);
    this.node.title = `A ${what} (${percent(sure)} sure)`;
  }
}

export class Panels {
  constructor() {
    this.digits = [];
    this.grid = element("div", { class: "lab-digits" });
    this.said = element("p", { class: "lab-muted" });
    this.canvas = element("canvas", { role: "img", "aria-label": "first-layer weights" });
    this.weighed = element("p", { class: "lab-muted" });
    const title = (words) => element("h2", {}, words);
    this.node = element(
      "aside",
      { class: "lab-panels", "aria-label": "What the network sees" },
      element("section", {}, title("Digits and guesses"), this.said, this.grid),
      element("section", { class: "lab-weights" }, title("First-layer weights"), this.weighed, this.canvas),
    );
  }

  // What Python has seen with the weights of a run; nothing before the first evaluation.
  show(seen, rule, look) {
    const there = seen.run != null;
    this.grid.hidden = this.canvas.hidden = !there;
    this.said.textContent = there
      ? `${rule}: ${seen.wrong} of the first ${spaced(seen.of)} test images are wrong, the surest first.`
      : EMPTY.digits;
    this.weighed.textContent = there
      ? `${seen.units} of ${seen.all_units} units: blue below zero, orange above.`
      : EMPTY.units;
    if (!there) return;
    this.drawDigits(seen, look);
    this.drawUnits(seen, look);
  }

  drawDigits({ images, labels, guesses, sure }, look) {
    const bytes = view(images);
    labels.forEach((label, i) => {
      if (!this.digits[i]) this.grid.append((this.digits[i] = new Digit()).node);
      const image = bytes.subarray(PIXELS * i, PIXELS * (i + 1));
      this.digits[i].show(image, label, guesses[i], sure[i], look);
    });
  }

  drawUnits({ weights, units }, look) {
    const step = SIDE + 1; // with a line between
    this.canvas.width = COLUMNS * step - 1;
    this.canvas.height = Math.ceil(units / COLUMNS) * step - 1;
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    const [bytes, colors] = [view(weights), weightColors(look)];
    for (let unit = 0; unit < units; unit++) {
      for (let k = 0; k < PIXELS; k++) image.data.set([...colors[bytes[PIXELS * unit + k]], 255], 4 * k);
      context.putImageData(image, (unit % COLUMNS) * step, Math.floor(unit / COLUMNS) * step);
    }
  }
}

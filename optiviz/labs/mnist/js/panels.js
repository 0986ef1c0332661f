// What the network sees: digits with its guesses, and the weights of its first layer.

import { element } from "../../../player/js/dom.js";
import { blend, channels, view } from "../../../player/js/numbers.js";
import { DigitGrid, digitsOf, PIXELS, SIDE } from "./digits.js";
import { spaced } from "./words.js";

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

export class Panels {
  // `enlarged` shows a digit large.
  constructor(enlarged) {
    this.grid = new DigitGrid(enlarged);
    this.said = element("p", { class: "lab-muted" });
    this.canvas = element("canvas", { role: "img", "aria-label": "first-layer weights" });
    this.weighed = element("p", { class: "lab-muted" });
    const title = (words) => element("h2", {}, words);
    this.node = element(
      "aside",
      { class: "lab-panels", "aria-label": "What the network sees" },
      element("section", {}, title("Digits and guesses"), this.said, this.grid.node),
      element("section", { class: "lab-weights" }, title("First-layer weights"), this.weighed, this.canvas),
    );
  }

  // What Python has seen with the weights of a run; nothing before the first evaluation.
  show(seen, rule, look) {
    const there = seen.run != null;
    this.grid.node.hidden = this.canvas.hidden = !there;
    this.said.textContent = there
      ? `${rule}: ${seen.wrong} of the first ${spaced(seen.of)} test images are wrong, the surest first.`
      : EMPTY.digits;
    this.weighed.textContent = there
      ? `${seen.units} of ${seen.all_units} units: blue below zero, orange above.`
      : EMPTY.units;
    if (!there) return;
    this.grid.show(digitsOf(seen, view(seen.images)), look);
    this.drawUnits(seen, look);
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

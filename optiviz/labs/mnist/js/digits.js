// Digits with what a network takes them for, small in a row and large with all its probabilities.

import { element } from "../../../player/js/dom.js";
import { channels } from "../../../player/js/numbers.js";
import { iconButton } from "../../../player/js/ui.js";
import { percent } from "./words.js";

export const SIDE = 28; // pixels of an image
export const PIXELS = SIDE * SIDE;
const TURNS = { ArrowRight: 1, ArrowLeft: -1 };

export const guessOf = (told) => told.indexOf(Math.max(...told));

// The digits of a message: each with its image, what it is, and what is told of it.
export const digitsOf = ({ labels, told }, bytes) =>
  labels.map((label, i) => ({ label, told: told[i], image: bytes.subarray(PIXELS * i, PIXELS * (i + 1)) }));

function paint(context, image, look) {
  const data = context.createImageData(SIDE, SIDE);
  const ink = channels(look.text);
  image.forEach((alpha, k) => data.data.set([...ink, alpha], 4 * k));
  context.putImageData(data, 0, 0);
}

const canvasOf = (name) => element("canvas", { width: SIDE, height: SIDE, ...name });

// What a digit is, and what the network takes it for.
export function sentence({ label, told }) {
  const guess = guessOf(told);
  return `a ${label}${guess === label ? "" : `, taken for a ${guess}`}`;
}

// Small digits in rows; each is a button that enlarges it.
export class DigitGrid {
  constructor(enlarged) {
    Object.assign(this, { enlarged, known: [], digits: [] });
    this.node = element("div", { class: "lab-digits" });
  }

  show(digits, look) {
    Object.assign(this, { digits, look });
    while (this.known.length < digits.length) this.known.push(this.make(this.known.length));
    this.node.replaceChildren(...this.known.slice(0, digits.length).map(({ node }) => node));
    digits.forEach((digit, i) => this.write(this.known[i], digit));
  }

  make(i) {
    const [canvas, words] = [canvasOf({ "aria-hidden": "true" }), element("span")];
    const open = () => this.enlarged.open(this.digits, i, this.look);
    const node = element("button", { type: "button", class: "lab-digit", onclick: open }, canvas, words);
    return { node, words, context: canvas.getContext("2d") };
  }

  write({ node, words, context }, digit) {
    const guess = guessOf(digit.told);
    const bad = guess !== digit.label;
    paint(context, digit.image, this.look);
    node.classList.toggle("lab-bad", bad);
    words.textContent = bad ? `${digit.label} → ${guess}` : digit.label;
    node.setAttribute("aria-label", `${sentence(digit)}, ${percent(digit.told[guess])} sure`);
    node.title = `${sentence(digit)} (${percent(digit.told[guess])} sure): enlarge`;
  }
}

// One digit, large, with a bar for every probability; the arrow keys turn to the next.
export class Enlarged {
  constructor() {
    this.canvas = canvasOf({ role: "img", "aria-label": "the digit" });
    this.title = element("h2");
    this.bars = Array.from({ length: 10 }, (_, digit) => this.bar(digit));
    const close = iconButton("✕", "close", () => this.node.close(), { title: "Close (Esc)" });
    const before = iconButton("‹", "the digit before", () => this.turn(-1));
    const after = iconButton("›", "the next digit", () => this.turn(1));
    this.place = element("span", { class: "lab-muted" });
    const head = element("div", { class: "ml-large-head" }, this.title, close);
    const turns = element("div", { class: "ml-large-turns" }, before, this.place, after);
    const list = element("ol", { class: "ml-bars" }, ...this.bars.map(({ node }) => node));
    const picture = element("div", { class: "ml-large-picture" }, this.canvas, turns);
    const body = element("div", { class: "ml-large-body" }, picture, list);
    const what = { class: "ml-large", "aria-label": "A digit and its probabilities" };
    this.node = element("dialog", { ...what, onkeydown: (event) => this.press(event) }, head, body);
  }

  bar(digit) {
    const [fill, value] = [element("span", { class: "ml-fill" }), element("b")];
    const track = element("span", { class: "ml-track" }, fill);
    return { fill, value, node: element("li", {}, element("span", {}, digit), track, value) };
  }

  open(digits, at, look) {
    Object.assign(this, { digits, at, look });
    this.write();
    if (!this.node.open) this.node.showModal();
  }

  press(event) {
    const by = TURNS[event.key];
    if (!by) return;
    event.preventDefault();
    this.turn(by);
  }

  turn(by) {
    const { length } = this.digits;
    this.at = (this.at + by + length) % length;
    this.write();
  }

  write() {
    const digit = this.digits[this.at];
    const guess = guessOf(digit.told);
    paint(this.canvas.getContext("2d"), digit.image, this.look);
    this.canvas.setAttribute("aria-label", sentence(digit));
    this.title.textContent = sentence(digit).replace(/^a/, "A");
    this.place.textContent = `${this.at + 1} of ${this.digits.length}`;
    this.bars.forEach(({ fill, value, node }, i) => {
      fill.style.width = `${100 * digit.told[i]}%`;
      value.textContent = percent(digit.told[i]);
      node.className = i === digit.label ? "ml-is" : i === guess ? "ml-taken" : "";
      const role = i === digit.label ? "what it is" : i === guess ? "what it is taken for" : "";
      node.title = role;
    });
  }
}

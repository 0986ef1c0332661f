// The test images that a network gets wrong, each with its class and the one it is taken for.

import { element } from "../../../player/js/dom.js";
import { channels } from "../../../player/js/numbers.js";

const MOST = 60; // images at once
const spaced = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

export class Digits {
  constructor(book) {
    this.book = book;
    this.said = element("p", { class: "tr-muted" });
    this.grid = element("div", { class: "tr-digits" });
    this.node = element("section", { class: "tr-wrong", "aria-label": "What is wrong" }, element("h2", {}, "What it gets wrong"), this.said, this.grid);
    this.made = new Map(); // pictures by their image, in the ink of the theme
  }

  // The pictures have the ink of the page.
  themed() {
    this.made.clear();
    this.draw();
  }

  draw() {
    const { net, facts } = this.book;
    this.said.textContent = this.words();
    if (net < 0 || facts.lost[net]) return this.grid.replaceChildren();
    const wrong = this.book.wrong(net);
    this.ink = channels(getComputedStyle(this.node).getPropertyValue("--ov-text").trim() || "#000000");
    this.grid.replaceChildren(...wrong.slice(0, MOST).map((one) => this.tile(one)));
  }

  words() {
    const { net, facts } = this.book;
    if (net < 0) return "No network was trained with these settings.";
    if (facts.lost[net]) return "It diverged: there is no network to ask.";
    const { images, first } = facts;
    const [all, shown] = [facts.wrong[net], this.book.wrong(net).length];
    const words = `${spaced(all)} of ${spaced(images)} test images (${((100 * all) / images).toFixed(2)} %)`;
    const more = shown > MOST ? `, ${MOST} of these are shown` : "";
    return first < images ? `${words}; of the first ${spaced(first)}: ${spaced(shown)}${more}` : `${words}${more}`;
  }

  tile({ image, label, guess }) {
    const { classes } = this.book.facts;
    const what = `a ${classes[label]}, taken for a ${classes[guess]}`;
    return element("figure", { role: "img", "aria-label": what, title: what, "data-image": image },
      this.picture(image), element("figcaption", {}, `${classes[label]} → ${classes[guess]}`));
  }

  picture(image) {
    if (this.made.has(image)) return this.made.get(image);
    const [height, width] = this.book.facts.side;
    const canvas = element("canvas", { width, height });
    const context = canvas.getContext("2d");
    const data = context.createImageData(width, height);
    this.book.picture(image).forEach((shade, k) => data.data.set([...this.ink, 17 * shade], 4 * k));
    context.putImageData(data, 0, 0);
    this.made.set(image, canvas);
    return canvas;
  }
}

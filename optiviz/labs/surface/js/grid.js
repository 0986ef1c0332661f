// Where pairs of settings stand on the map: η along the x axis, which is logarithmic, and the
// other setting up the y axis. Every pair has a cell, and stands in the middle of it.

import { clamp } from "../../../player/js/numbers.js";

const MARGIN = { left: 40, top: 6, right: 12, bottom: 40 };

const STRIP = 110; // pixels that the one row of a rule without a second setting is high, at most

export class Grid {
  // The settings' values, and the canvas's size in CSS pixels.
  constructor({ xs, ys }, width, height) {
    Object.assign(this, { xs, ys, left: MARGIN.left, top: MARGIN.top });
    this.width = width - MARGIN.left - MARGIN.right;
    this.height = height - MARGIN.top - MARGIN.bottom;
    if (ys.length === 1) this.height = Math.min(this.height, STRIP);
    this.cell = [this.width / xs.length, this.height / ys.length];
  }

  // From a setting to a share of its axis, between the middles of the first and the last cell.
  share([x, y]) {
    const { xs, ys } = this;
    const up = ys.length > 1 ? (y - ys[0]) / (ys.at(-1) - ys[0]) : 0;
    return [Math.log(x / xs[0]) / Math.log(xs.at(-1) / xs[0]), up];
  }

  // The pixel of a pair.
  place(pair) {
    const [across, up] = this.share(pair);
    const [n, m] = [this.xs.length, this.ys.length];
    return [
      this.left + ((across * (n - 1) + 0.5) / n) * this.width,
      this.top + (1 - (up * (m - 1) + 0.5) / m) * this.height,
    ];
  }

  // The upper left corner of a cell.
  corner([i, j]) {
    const [w, h] = this.cell;
    return [this.left + i * w, this.top + this.height - (j + 1) * h];
  }

  // The cell under a pixel; null outside of the map.
  at([px, py]) {
    const i = Math.floor(((px - this.left) / this.width) * this.xs.length);
    const j = Math.floor((1 - (py - this.top) / this.height) * this.ys.length);
    const there = i >= 0 && j >= 0 && i < this.xs.length && j < this.ys.length;
    return there ? [i, j] : null;
  }

  // The cell that a pair is nearest to.
  nearest(pair) {
    const [across, up] = this.share(pair);
    return this.inside([Math.round(across * (this.xs.length - 1)), Math.round(up * (this.ys.length - 1))]);
  }

  // A cell moved inside where it is not.
  inside([i, j]) {
    return [clamp(i, 0, this.xs.length - 1), clamp(j, 0, this.ys.length - 1)];
  }

  // The pair of a cell, and its place in a list of all, row after row from below.
  pair([i, j]) {
    return [this.xs[i], this.ys[j]];
  }

  index([i, j]) {
    return j * this.xs.length + i;
  }
}

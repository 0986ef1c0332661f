// The ground: heights between those that were sent, contours, and bands of colour.

import { channels, clamp } from "./numbers.js";

// Four weights of Catmull and Rom's cubic and the row they begin at, for every position.
export function cubic(positions, count) {
  return positions.map((position) => {
    const p = clamp(position, 0, count - 1);
    const i = Math.min(Math.floor(p), count - 2);
    const t = p - i;
    const w = [
      ((2 - t) * t - 1) * t * 0.5,
      ((3 * t - 5) * t * t + 2) * 0.5,
      ((4 - 3 * t) * t + 1) * t * 0.5,
      (t - 1) * t * t * 0.5,
    ];
    return [[i - 1, i, i + 1, i + 2].map((k) => clamp(k, 0, count - 1)), w];
  });
}

// The heights of the ground, in levels, on a grid of other coordinates.
export function resample(ground, xs, ys) {
  const [[left, right], [bottom, top]] = ground.extent;
  const n = ground.points;
  const across = cubic(xs.map((x) => ((x - left) / (right - left)) * (n - 1)), n);
  const up = cubic(ys.map((y) => ((y - bottom) / (top - bottom)) * (n - 1)), n);
  const scale = ground.levels / 65535;
  const rows = new Map();
  const row = (j) => {
    if (!rows.has(j)) {
      const made = new Float32Array(xs.length);
      across.forEach(([[a, b, c, d], w], i) => {
        const at = j * n;
        const s = ground.heights;
        made[i] = scale * (w[0] * s[at + a] + w[1] * s[at + b] + w[2] * s[at + c] + w[3] * s[at + d]);
      });
      rows.set(j, made);
    }
    return rows.get(j);
  };
  const values = new Float32Array(xs.length * ys.length);
  up.forEach(([js, w], j) => {
    const [a, b, c, d] = js.map(row);
    for (let i = 0; i < xs.length; i++)
      values[j * xs.length + i] = w[0] * a[i] + w[1] * b[i] + w[2] * c[i] + w[3] * d[i];
  });
  return values;
}

// How far the points of other coordinates lie in undefined ground: its edge is at a half.
export function hidden(ground, xs, ys) {
  const [[left, right], [bottom, top]] = ground.extent;
  const n = ground.points;
  const place = (low, high) => (x) => {
    const p = clamp(((x - low) / (high - low)) * (n - 1), 0, n - 1);
    const i = Math.min(Math.floor(p), n - 2);
    return [i, p - i];
  };
  const [across, up] = [xs.map(place(left, right)), ys.map(place(bottom, top))];
  const at = (j, [i, t]) => ground.nowhere[j * n + i] * (1 - t) + ground.nowhere[j * n + i + 1] * t;
  const values = up.flatMap(([j, t]) => across.map((x) => at(j, x) * (1 - t) + at(j + 1, x) * t));
  return Float32Array.from(values);
}

// Marching squares: adds the lines of every level to a canvas path. xs and ys are pixels.
export function march(context, values, xs, ys, levels) {
  const width = xs.length;
  const cross = (a, b, level) => (level - a) / (b - a);
  for (let j = 0; j + 1 < ys.length; j++) {
    for (let i = 0; i + 1 < width; i++) {
      const at = j * width + i;
      const [a, b, c, d] = [values[at], values[at + 1], values[at + width + 1], values[at + width]];
      const low = Math.min(a, b, c, d);
      const high = Math.max(a, b, c, d);
      if (!(low <= high)) continue; // undefined
      for (const level of levels) {
        if (level <= low) continue;
        if (level > high) break;
        const points = [];
        const [x0, x1, y0, y1] = [xs[i], xs[i + 1], ys[j], ys[j + 1]];
        if (a < level !== b < level) points.push(x0 + (x1 - x0) * cross(a, b, level), y0);
        if (b < level !== c < level) points.push(x1, y0 + (y1 - y0) * cross(b, c, level));
        if (d < level !== c < level) points.push(x0 + (x1 - x0) * cross(d, c, level), y1);
        if (a < level !== d < level) points.push(x0, y0 + (y1 - y0) * cross(a, d, level));
        for (let k = 0; k + 3 < points.length; k += 4) {
          context.moveTo(points[k], points[k + 1]);
          context.lineTo(points[k + 2], points[k + 3]);
        }
      }
    }
  }
}

const abgr = (color) => {
  const [r, g, b] = channels(color);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
};

// The value between four points of a grid, at every pixel of the cells that are `cell` pixels wide.
function eachPixel(values, columns, rows, cell, give) {
  for (let y = 0; y < (rows - 1) * cell; y++) {
    const j = Math.floor(y / cell);
    const t = (y - j * cell + 0.5) / cell;
    for (let i = 0; i + 1 < columns; i++) {
      const at = j * columns + i;
      const left = values[at] + (values[at + columns] - values[at]) * t;
      const right = values[at + 1] + (values[at + columns + 1] - values[at + 1]) * t;
      const slope = (right - left) / cell;
      let value = left + slope / 2;
      for (let x = i * cell; x < (i + 1) * cell; x++, value += slope) give(x, y, value);
    }
  }
}

// Hatch what lies in undefined ground, the page below, with lines so many pixels apart and wide.
export function hatch(image, nowhere, columns, rows, cell, [page, ink], [apart, wide]) {
  const pixels = new Uint32Array(image.data.buffer);
  const [paper, line] = [abgr(page), abgr(ink)];
  eachPixel(nowhere, columns, rows, cell, (x, y, value) => {
    if (value > 0.5) pixels[y * image.width + x] = (x + y) % apart < wide ? line : paper;
  });
}

// The colour of every pixel by the band that it lies in; the grid's points are `cell` pixels apart.
export function fillBands(values, columns, rows, cell, colors) {
  const [width, height] = [(columns - 1) * cell, (rows - 1) * cell];
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const palette = colors.map(abgr);
  const last = palette.length - 1;
  eachPixel(values, columns, rows, cell, (x, y, value) => {
    pixels[y * width + x] = palette[value < 0 ? 0 : value > last ? last : value | 0];
  });
  return image;
}

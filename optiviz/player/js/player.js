// The interactive player: Python computes the paths, this draws them and lets time run.
//
// Numbers come as two packs, "ground" (what stands still) and "paths" (the runs). A pack is the
// length of a JSON text, the text, and the bytes of the arrays that it names; see player.py.

const TAIL = 24; // steps until a path has faded to its resting colour
const REST = 0.5; // how far that colour has gone towards the ground's
const CELL = 3; // pixels between the points at which the ground is known
const PACE = 25; // steps a second at speed 1
const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8];
const TYPES = { f4: Float32Array, u2: Uint16Array, i4: Int32Array };

// ---------------------------------------------------------------- numbers

function unpack(bytes) {
  // A copy: a view from a message need not start where an array of numbers may.
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const length = new DataView(buffer).getUint32(0, true);
  const facts = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  let offset = 4 + length;
  for (const { into, name, type, count } of facts.arrays) {
    const size = count * TYPES[type].BYTES_PER_ELEMENT;
    const array = new TYPES[type](buffer.slice(offset, offset + size));
    (into < 0 ? facts : facts.runs[into])[name] = array;
    offset += size;
  }
  return facts;
}

const raised = (n) => [...String(n)].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("");

function number(value, digits = 3) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 0.001 && size < 9999.5) {
    const words = size >= 10 ** digits ? value.toFixed(0) : value.toPrecision(digits);
    return words.replace("-", "−");
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return `${mantissa.replace("-", "−")}·10${raised(Number(exponent))}`;
}

function ticks(low, high, most) {
  const rough = (high - low) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((n) => n * power >= rough * 0.999);
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    found.push([i * step, (i * step).toFixed(places).replace("-", "−")]);
  return found;
}

function powers(low, high, most) {
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  const step = Math.max(1, Math.ceil((last - first + 1) / Math.max(most, 2)));
  const found = [];
  for (let e = first; e <= last; e += step) found.push([10 ** e, `10${raised(e)}`]);
  return found;
}

const channels = (color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));

function blend(color, other, share) {
  const to = channels(other);
  const mixed = channels(color).map((a, i) => Math.round(a + (to[i] - a) * share));
  return "#" + mixed.map((c) => c.toString(16).padStart(2, "0")).join("");
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// ---------------------------------------------------------------- the ground

// Four weights of Catmull and Rom's cubic and the row they begin at, for every position.
function cubic(positions, count) {
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
function resample(ground, xs, ys) {
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

// Marching squares: adds the lines of every level to a canvas path. xs and ys are pixels.
function march(context, values, xs, ys, levels) {
  const width = xs.length;
  const cross = (a, b, level) => (level - a) / (b - a);
  for (let j = 0; j + 1 < ys.length; j++) {
    for (let i = 0; i + 1 < width; i++) {
      const at = j * width + i;
      const [a, b, c, d] = [values[at], values[at + 1], values[at + width + 1], values[at + width]];
      const low = Math.min(a, b, c, d);
      const high = Math.max(a, b, c, d);
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

// The colour of every pixel by the band that it lies in; the grid's points are `cell` pixels apart.
function fillBands(values, columns, rows, cell, colors) {
  const [width, height] = [(columns - 1) * cell, (rows - 1) * cell];
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const palette = colors.map((color) => {
    const [r, g, b] = channels(color);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
  const last = palette.length - 1;
  for (let y = 0; y < height; y++) {
    const j = Math.floor(y / cell);
    const t = (y - j * cell + 0.5) / cell;
    for (let i = 0; i + 1 < columns; i++) {
      const at = j * columns + i;
      const left = values[at] + (values[at + columns] - values[at]) * t;
      const right = values[at + 1] + (values[at + columns + 1] - values[at + 1]) * t;
      const slope = (right - left) / cell;
      let value = left + slope / 2;
      for (let x = i * cell; x < (i + 1) * cell; x++, value += slope)
        pixels[y * width + x] = palette[value < 0 ? 0 : value > last ? last : value | 0];
    }
  }
  return image;
}

// ---------------------------------------------------------------- a batch

// The mean loss over some samples as a function of u and v, and where it is least (or null).
function batchSurface(samples, indices) {
  const { kind, xy, groups, curvature } = samples;
  const m = indices.length;
  const mean = (of) => {
    let sum = 0;
    for (const i of indices) sum += of(xy[2 * i], xy[2 * i + 1]);
    return sum / m;
  };
  const [mx, my] = [mean((x) => x), mean((_, y) => y)];
  if (kind === "valleys") {
    const [a, b, d] = curvature;
    const half = (u, v) => 0.5 * (a * u * u + 2 * b * u * v + d * v * v);
    const spread = mean((x, y) => half(x - mx, y - my));
    return { value: (u, v) => half(u - mx, v - my) + spread, least: [mx, my] };
  }
  if (kind === "regression") {
    const [xx, xy_, yy] = [mean((x) => x * x), mean((x, y) => x * y), mean((_, y) => y * y)];
    const value = (u, v) =>
      Math.max(0, u * u * xx + v * v + yy + 2 * (u * v * mx - u * xy_ - v * my));
    const spread = xx - mx * mx;
    const slope = (xy_ - mx * my) / spread;
    return { value, least: spread * m > 1e-12 ? [slope, my - slope * mx] : null };
  }
  const signed = [...indices].map((i) => {
    const sign = 2 * groups[i] - 1;
    return [sign * xy[2 * i], sign * xy[2 * i + 1]];
  });
  const value = (u, v) => {
    let sum = 0;
    for (const [x, y] of signed) {
      const margin = u * x + v * y;
      sum += Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)));
    }
    return sum / m;
  };
  return { value, least: newton(signed) };
}

// The least of the logistic loss; null where it runs away because the groups can be separated.
function newton(signed) {
  let [u, v] = [0, 0];
  for (let round = 0; round < 50; round++) {
    let [a, b, d, gu, gv] = [0, 0, 0, 0, 0];
    for (const [x, y] of signed) {
      const p = 0.5 * (1 - Math.tanh((u * x + v * y) / 2));
      const q = p * (1 - p);
      a += q * x * x;
      b += q * x * y;
      d += q * y * y;
      gu += p * x;
      gv += p * y;
    }
    const det = a * d - b * b;
    if (det < 1e-9 * signed.length ** 2 || Math.max(Math.abs(u), Math.abs(v)) > 50) return null;
    u += (d * gu - b * gv) / det;
    v += (a * gv - b * gu) / det;
  }
  return [u, v];
}

// ---------------------------------------------------------------- canvases

// A canvas as large as its element, sharp on dense screens, with a still part that is kept.
class Sheet {
  constructor(player, canvas) {
    this.player = player;
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.still = document.createElement("canvas");
    this.stale = true;
  }

  // Whether there is anything to draw on.
  measure() {
    const box = this.canvas.getBoundingClientRect();
    const dense = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(box.width * dense), Math.round(box.height * dense)];
    if (width !== this.canvas.width || height !== this.canvas.height || dense !== this.dense) {
      Object.assign(this, { dense, width: width / dense, height: height / dense, stale: true });
      Object.assign(this.canvas, { width, height });
    }
    return width > 40 && height > 40;
  }

  begin(canvas) {
    Object.assign(canvas, { width: this.canvas.width, height: this.canvas.height });
    const context = canvas.getContext("2d");
    context.scale(this.dense, this.dense);
    return context;
  }

  draw() {
    if (!this.measure()) return;
    if (this.stale) {
      this.stale = false;
      this.lay();
    }
    const context = this.context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.still, 0, 0);
    context.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    this.move(context);
  }

  font(size, weight = "") {
    return `${weight} ${size * this.player.scale}px system-ui, "Segoe UI", Roboto, sans-serif`;
  }
}

// The plane from above: bands, minima, paths, arrows.
class Plane extends Sheet {
  constructor(player, canvas) {
    super(player, canvas);
    this.home();
  }

  home() {
    this.zoom = 1;
    this.middle = null;
    this.stale = true;
  }

  get box() {
    const s = this.player.scale;
    const [left, bottom] = [44 * s, 36 * s];
    return { left, top: 6, width: this.width - left - 8, height: this.height - bottom - 6 };
  }

  // The part of the plane that is seen: the bounds widened to the canvas's shape, then zoomed.
  frame() {
    const { bounds } = this.player.ground;
    const box = this.box;
    const [[l, r], [b, t]] = bounds;
    this.middle ??= [(l + r) / 2, (b + t) / 2];
    this.unit = Math.max((r - l) / box.width, (t - b) / box.height) / this.zoom;
    const [w, h] = [box.width * this.unit, box.height * this.unit];
    const [x, y] = this.middle;
    this.view = [[x - w / 2, x + w / 2], [y - h / 2, y + h / 2]];
  }

  x(u) {
    return this.box.left + (u - this.view[0][0]) / this.unit;
  }

  y(v) {
    return this.box.top + (this.view[1][1] - v) / this.unit;
  }

  at(px, py) {
    const box = this.box;
    return [
      this.view[0][0] + (px - box.left) * this.unit,
      this.view[1][1] - (py - box.top) * this.unit,
    ];
  }

  inside(px, py) {
    const { left, top, width, height } = this.box;
    return px >= left && px <= left + width && py >= top && py <= top + height;
  }

  // Zoom by a factor about a point of the canvas that stays where it is.
  zoomBy(factor, px = this.width / 2, py = this.height / 2) {
    const zoom = clamp(this.zoom * factor, 0.5, 200);
    const [u, v] = this.at(px, py);
    const share = this.zoom / zoom;
    this.middle = [u + (this.middle[0] - u) * share, v + (this.middle[1] - v) * share];
    this.zoom = zoom;
    this.moveTo();
  }

  panBy(dx, dy) {
    this.middle = [this.middle[0] - dx * this.unit, this.middle[1] + dy * this.unit];
    this.moveTo();
  }

  moveTo() {
    this.frame(); // at once: the next movement may come before the next drawing
    this.stale = true;
    this.player.ask();
  }

  lay() {
    this.frame();
    const context = this.begin(this.still);
    const { player } = this;
    this.surface = null;
    // The ground changes only with the view: a slider that moves the paths need not wait for it.
    const key = [this.view, this.dense, player.look.isDark, player.scale, player.batched].join();
    if (this.laid?.key !== key || this.laid.ground !== player.ground) {
      this.laid = { key, ground: player.ground };
      const bottom = this.begin((this.bottom ??= document.createElement("canvas")));
      this.layGround(bottom);
      this.layAxes(bottom);
    }
    context.drawImage(this.bottom, 0, 0, this.width, this.height);
    context.save();
    this.clip(context);
    for (const run of player.ghosts) {
      const ghost = player.look.isDark ? 0.55 : 0.45;
      context.strokeStyle = blend(player.colorOf(run), player.look.rest, ghost);
      context.globalAlpha = 0.6;
      context.lineWidth = 1.5;
      context.setLineDash([2, 3]);
      this.line(context, this.pixels(run), run.steps);
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
    for (const [u, v] of player.ground.minima)
      star(context, this.x(u), this.y(v), 8 * player.scale, player.look.star, player.look.starEdge);
    context.restore();
    for (const run of player.runs) run.pixels = this.pixels(run);
    this.factor = this.arrowFactor();
  }

  clip(context) {
    const { left, top, width, height } = this.box;
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
  }

  // Points of the canvas, `CELL` device pixels apart, and where they lie on the plane.
  grid(cell) {
    const { left, top, width, height } = this.box;
    const px = Array.from({ length: Math.ceil(width / cell) + 1 }, (_, i) => left + i * cell);
    const py = Array.from({ length: Math.ceil(height / cell) + 1 }, (_, i) => top + i * cell);
    const us = px.map((x) => this.at(x, 0)[0]);
    const vs = py.map((y) => this.at(0, y)[1]);
    return { px, py, us, vs };
  }

  layGround(context) {
    const { ground, look, batched } = this.player;
    const { left, top } = this.box;
    const { px, py, us, vs } = this.grid(CELL);
    const values = resample(ground, us, vs);
    const cell = Math.round(CELL * this.dense);
    const image = fillBands(values, px.length, py.length, cell, batched ? look.faint : look.bands);
    const tile = document.createElement("canvas");
    Object.assign(tile, { width: image.width, height: image.height });
    tile.getContext("2d").putImageData(image, 0, 0);
    context.save();
    this.clip(context);
    const [[l, r], [b, t]] = ground.extent; // nothing is known of what lies beyond
    context.beginPath();
    context.rect(this.x(l), this.y(t), (r - l) / this.unit, (t - b) / this.unit);
    context.clip();
    context.imageSmoothingEnabled = cell !== CELL * this.dense;
    context.drawImage(tile, left, top, (px.length - 1) * CELL, (py.length - 1) * CELL);
    context.beginPath();
    const levels = Array.from({ length: ground.levels - 1 }, (_, i) => i + 1);
    march(context, values, px, py, levels);
    context.strokeStyle = look.contour;
    context.globalAlpha = batched ? 0.3 : 0.55;
    context.lineWidth = 0.8;
    context.stroke();
    context.restore();
  }

  layAxes(context) {
    const { ground, look, scale } = this.player;
    const { left, top, width, height } = this.box;
    const [horizontal, vertical] = this.view;
    context.fillStyle = look.muted;
    context.font = this.font(11);
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const [value, words] of ticks(...horizontal, width / (80 * scale)))
      context.fillText(words, this.x(value), top + height + 5);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const [value, words] of ticks(...vertical, height / (60 * scale)))
      if (this.y(value) > top + 22 * scale) context.fillText(words, left - 6, this.y(value));
    context.fillStyle = look.text;
    context.font = this.font(12.5, "italic");
    context.fillText(ground.axes[1], left - 8, top + 9 * scale);
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText(ground.axes[0], left + width / 2, this.height - 1);
  }

  // A run's points in pixels; those far outside are brought nearer, in the same direction.
  pixels(run) {
    const { left, top, width, height } = this.box;
    const [cx, cy, reach] = [left + width / 2, top + height / 2, 20 * Math.max(width, height)];
    const points = new Float32Array(2 * run.x.length);
    run.x.forEach((u, i) => {
      const [dx, dy] = [this.x(u) - cx, this.y(run.y[i]) - cy];
      const share = reach / Math.max(Math.hypot(dx, dy), reach);
      points[2 * i] = cx + dx * share;
      points[2 * i + 1] = cy + dy * share;
    });
    return points;
  }

  line(context, points, last, from = 0, to = null) {
    context.beginPath();
    context.moveTo(points[2 * from], points[2 * from + 1]);
    for (let i = from + 1; i <= last; i++) context.lineTo(points[2 * i], points[2 * i + 1]);
    if (to) context.lineTo(...to);
    context.stroke();
  }

  // Where a run's head is, between two steps while time runs.
  head(run, time) {
    const t = Math.min(Math.floor(time), run.steps);
    const share = t < run.steps ? time - t : 0;
    const [p, i] = [run.pixels, 2 * t];
    if (!share) return [p[i], p[i + 1]];
    return [p[i] + (p[i + 2] - p[i]) * share, p[i + 1] + (p[i + 3] - p[i + 1]) * share];
  }

  move(context) {
    const { player } = this;
    context.save();
    this.clip(context);
    if (player.batched && player.shows.batch) this.drawBatch(context);
    for (const run of player.runs) this.drawTrail(context, run);
    for (const run of player.runs) this.drawArrows(context, run);
    for (const run of player.runs) this.drawHead(context, run);
    context.restore();
    this.drawNotes(context);
  }

  drawBatch(context) {
    const { player } = this;
    const { look, ground } = player;
    const key = `${player.step} ${this.view}`;
    if (this.surface?.key !== key) {
      const surface = player.batchSurface();
      const { px, py, us, vs } = this.grid(Math.max(this.box.width / 90, 4));
      const values = new Float32Array(us.length * vs.length);
      vs.forEach((v, j) => us.forEach((u, i) => (values[j * us.length + i] = surface.value(u, v))));
      this.surface = { key, px, py, values, least: surface.least };
    }
    const { px, py, values, least } = this.surface;
    context.beginPath();
    march(context, values, px, py, ground.batchLevels);
    context.strokeStyle = blend(look.accent, look.bands[0], 0.2);
    context.lineWidth = 1.5 * player.scale;
    context.stroke();
    if (least)
      star(context, this.x(least[0]), this.y(least[1]), 8 * player.scale, look.background, look.accent);
  }

  drawTrail(context, run) {
    const { player } = this;
    const { look, scale } = player;
    const color = player.colorOf(run);
    const t = Math.min(Math.floor(player.time), run.steps);
    const head = this.head(run, player.time);
    const points = run.pixels;
    context.lineJoin = context.lineCap = "round";
    context.strokeStyle = look.background;
    context.globalAlpha = 0.55;
    context.lineWidth = 4.4 * scale;
    this.line(context, points, t, 0, head);
    context.globalAlpha = 1;
    context.strokeStyle = blend(color, look.rest, REST);
    context.lineWidth = 2.3 * scale;
    context.lineCap = "butt";
    context.setLineDash(run.dash.map((d) => d * context.lineWidth));
    this.line(context, points, t, 0, head);
    context.setLineDash([]);
    context.lineCap = "round";
    context.lineWidth = 2.8 * scale;
    const now = Math.min(player.time, run.steps);
    for (let i = Math.max(0, Math.ceil(now) - TAIL); i <= t; i++) {
      const to = i < t ? [points[2 * i + 2], points[2 * i + 3]] : head;
      context.strokeStyle = blend(color, look.rest, REST * clamp((now - i) / TAIL, 0, 1));
      this.line(context, points, i, i, to);
    }
    context.beginPath();
    context.arc(points[0], points[1], 4 * scale, 0, 7);
    context.fillStyle = look.background;
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.fill();
    context.stroke();
  }

  drawHead(context, run) {
    const { player } = this;
    const { look, scale } = player;
    const [x, y] = this.head(run, player.time);
    disc(context, x, y, 5 * scale, player.colorOf(run), look.background);
    if (player.hover !== null && player.hover <= run.steps) {
      const i = 2 * player.hover;
      context.beginPath();
      context.arc(run.pixels[i], run.pixels[i + 1], 8 * scale, 0, 7);
      context.strokeStyle = look.text;
      context.lineWidth = 1.5;
      context.stroke();
    }
    if (run.divergedAt >= 0 && player.time >= run.steps) this.drawEnding(context, run);
  }

  // Where a diverged run left the picture, and the words that say so.
  drawEnding(context, run) {
    const { player } = this;
    const { left, top, width, height } = this.box;
    const [right, bottom] = [left + width, top + height];
    const within = (i) => this.inside(run.pixels[2 * i], run.pixels[2 * i + 1]);
    let last = run.steps;
    while (last > 0 && !within(last)) last--;
    const [x0, y0] = [run.pixels[2 * last], run.pixels[2 * last + 1]];
    const next = Math.min(last + 1, run.steps);
    const [dx, dy] = [run.pixels[2 * next] - x0, run.pixels[2 * next + 1] - y0];
    const shares = [(left - x0) / dx, (right - x0) / dx, (top - y0) / dy, (bottom - y0) / dy];
    const share = Math.min(1, ...shares.filter((s) => s >= 0));
    const x = clamp(x0 + dx * share, left + 12, right - 12);
    const y = clamp(y0 + dy * share, top + 12, bottom - 12);
    context.font = this.font(15, "bold");
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = player.look.background;
    context.strokeText("✕", x, y);
    context.fillStyle = player.colorOf(run);
    context.fillText("✕", x, y);
    const side = x > left + width / 2 ? "right" : "left";
    const nth = player.runs.filter((other) => other.divergedAt >= 0).indexOf(run);
    const shift = (y > top + height / 2 ? -1 : 1) * 18 * nth * player.scale;
    const words = `diverged at step ${run.divergedAt}`;
    this.note(context, words, x + (side === "right" ? -12 : 12), y + shift, side, player.colorOf(run));
  }

  // The arrows to draw at step t: what, from where, which vector, in whose colour.
  arrows(run, t) {
    const { shows, look } = this.player;
    const found = [];
    const lr = run.lr[Math.min(t, run.steps)];
    const push = [-lr * run.gx[t], -lr * run.gy[t]];
    const coming = t < run.steps ? [run.vx[t + 1], run.vy[t + 1]] : push;
    const carried = [coming[0] - push[0], coming[1] - push[1]];
    const none = [0, 0];
    if (shows.velocity) found.push([none, [run.vx[t], run.vy[t]], this.player.colorOf(run)]);
    if (shows.carried) found.push([none, carried, look.accent]);
    if (shows.gradient) found.push([shows.carried ? carried : none, push, look.muted]);
    return found;
  }

  // How many times longer than life the arrows are, so that the longest can be seen well.
  arrowFactor() {
    const { player } = this;
    const [[l, r], [b, t]] = player.ground.bounds;
    let longest = 0;
    for (const run of player.runs)
      for (let i = 0; i <= run.steps; i++)
        if (run.x[i] >= l && run.x[i] <= r && run.y[i] >= b && run.y[i] <= t)
          for (const [, vector] of this.arrows(run, i))
            longest = Math.max(longest, Math.hypot(...vector));
    if (!longest) return 1;
    const factor = (0.22 * Math.min(r - l, t - b)) / longest;
    const power = 10 ** Math.floor(Math.log10(factor));
    return power * [5, 2, 1].find((n) => n * power <= factor * 1.0001);
  }

  drawArrows(context, run) {
    const { player } = this;
    const t = Math.min(player.step, run.steps);
    const [hx, hy] = this.head(run, player.time);
    const per = this.factor / this.unit;
    const ends = this.arrows(run, t).map(([[tu, tv], [u, v], color]) => {
      const [x, y] = [hx + tu * per, hy - tv * per];
      return [x, y, u * per, -v * per, color];
    });
    for (const end of ends) arrow(context, ...end, 3 * player.scale, player.look.background);
  }

  drawNotes(context) {
    const { player } = this;
    const { look, shows } = player;
    const { left, top, width } = this.box;
    const times = this.factor === 1 ? "" : ` ×${number(this.factor, 1)}`;
    const only = player.runs.length === 1 ? player.colorOf(player.runs[0]) : look.text;
    const rows = [];
    if (shows.velocity) rows.push([`→ velocity${times}`, only]);
    if (shows.carried) rows.push([`→ β · velocity${times}`, look.accent]);
    if (shows.gradient) rows.push([`→ −η · gradient${times}`, look.muted]);
    const gap = 19 * player.scale;
    rows.forEach(([words, color], i) =>
      this.note(context, words, left + width - 8, top + 14 + i * gap, "right", color),
    );
    if (!player.batched || !shows.batch) return;
    const size = player.batch().length;
    this.note(context, `this batch of ${size}`, left + 8, top + 14, "left", look.accent);
    const all = `all ${player.ground.samples.count} samples`;
    this.note(context, all, left + 8, top + 14 + gap, "left", look.muted);
  }

  note(context, words, x, y, align, color) {
    const { look, scale } = this.player;
    context.font = this.font(11.5, "500");
    const width = context.measureText(words).width;
    context.fillStyle = look.background;
    context.globalAlpha = 0.75;
    context.fillRect(align === "left" ? x - 3 : x - width - 3, y - 9 * scale, width + 6, 18 * scale);
    context.globalAlpha = 1;
    context.fillStyle = color;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.fillText(words, x, y);
  }

  // The run and the step whose point lies nearest to a point of the canvas, within reach.
  nearest(px, py, reach = 16) {
    let found = null;
    for (const run of this.player.runs)
      for (let t = 0; t <= run.steps; t++) {
        const away = Math.hypot(run.pixels[2 * t] - px, run.pixels[2 * t + 1] - py);
        if (away < reach) {
          reach = away;
          found = { run, t };
        }
      }
    return found;
  }
}

function disc(context, x, y, radius, color, edge) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = color;
  context.strokeStyle = edge;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}

function star(context, x, y, radius, color, edge) {
  context.beginPath();
  for (let i = 0; i < 10; i++) {
    const r = i % 2 ? radius * 0.42 : radius;
    const angle = (i * Math.PI) / 5;
    context.lineTo(x + r * Math.sin(angle), y - r * Math.cos(angle));
  }
  context.closePath();
  context.fillStyle = color;
  context.strokeStyle = edge;
  context.lineJoin = "round";
  context.lineWidth = 1.2;
  context.fill();
  context.stroke();
}

function arrow(context, x, y, dx, dy, color, width, edge) {
  const length = Math.hypot(dx, dy);
  if (!(length > 2)) return;
  const thin = Math.min(width, length / 6);
  const [ax, ay] = [dx / length, dy / length];
  const [nx, ny] = [-ay * thin, ax * thin];
  const [kx, ky] = [x + dx - 4.5 * thin * ax, y + dy - 4.5 * thin * ay];
  context.beginPath();
  context.moveTo(x + nx / 2, y + ny / 2);
  context.lineTo(kx + nx / 2, ky + ny / 2);
  context.lineTo(kx + 2 * nx, ky + 2 * ny);
  context.lineTo(x + dx, y + dy);
  context.lineTo(kx - 2 * nx, ky - 2 * ny);
  context.lineTo(kx - nx / 2, ky - ny / 2);
  context.lineTo(x - nx / 2, y - ny / 2);
  context.closePath();
  context.fillStyle = color;
  context.strokeStyle = edge;
  context.lineJoin = "miter";
  context.lineWidth = 0.7;
  context.fill();
  context.stroke();
}

// ---------------------------------------------------------------- panels against the step

// Each gives the curves of a run as [values, line width, dash, paler].
const PANELS = {
  loss: { title: (player) => player.facts.lossTitle, log: true, curves: (run) => [[run.above]] },
  velocity: {
    title: () => "Velocity",
    parts: { speed: "|v|", first: "v₁", second: "v₂" },
    curves: (run, parts) =>
      [
        parts.speed && [run.speed ??= run.vx.map((v, i) => Math.hypot(v, run.vy[i]))],
        parts.first && [run.vx, [6, 2], 0.1],
        parts.second && [run.vy, [2, 2], 0.3],
      ].filter(Boolean),
  },
  lr: { title: () => "Learning rate η", curves: (run) => [[run.lr]] },
};

class Series extends Sheet {
  constructor(player, canvas, kind, parts) {
    super(player, canvas);
    Object.assign(this, { kind, parts, panel: PANELS[kind] });
    this.drawn = document.createElement("canvas");
  }

  get box() {
    const s = this.player.scale;
    const left = 48 * s;
    return { left, top: 6, width: this.width - left - 10, height: this.height - 6 - 22 * s };
  }

  curves(runs = this.player.runs) {
    return runs.flatMap((run) =>
      this.panel.curves(run, this.parts).map(([values, dash, paler = 0]) => ({
        run,
        values,
        dash: dash ?? run.dash.map((d) => d * 2.3),
        paler,
      })),
    );
  }

  // The limits of the axis: every curve, except for what a diverged one does at its end.
  limits() {
    const curves = this.curves();
    const each = (curves, of) => curves.flatMap((curve) => [...of(curve)]).filter(Number.isFinite);
    const kept = each(curves, ({ run, values }) => {
      const lost = run.divergedAt >= 0 && this.kind !== "lr";
      return lost ? values.slice(0, Math.max(2, Math.floor((values.length * 3) / 4))) : values;
    });
    let [low, high] = extent(kept.length ? kept : [0, 1]);
    if (this.kind === "loss") {
      const starts = curves.map(({ values }) => values[0]);
      if (this.player.facts.floor === null) {
        const most = 10 * Math.max(...starts.map(Math.abs));
        [low, high] = [Math.min(Math.max(low, -most), 0), Math.min(high, most)];
      } else {
        const all = each(curves, ({ values }) => values);
        high = Math.min(extent(all)[1], 1e4 * Math.max(...starts));
        const above = all.filter((value) => value > 0);
        if (above.length) low = Math.max(extent(above)[0], 1e-10 * high);
      }
    }
    const log = Boolean(this.panel.log) && low > 0 && high > 30 * low;
    if (log) return { log, low: low / 1.8, high: high * 1.8 };
    const room = 0.07 * (high - low) || 0.5 * Math.abs(high) || 1;
    return { log, low: low - room, high: high + room };
  }

  x(step) {
    return this.box.left + (step / Math.max(this.player.steps, 1)) * this.box.width;
  }

  y(value) {
    const { log, low, high } = this.axis;
    const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return this.box.top + (1 - share) * this.box.height;
  }

  stepAt(px) {
    const share = (px - this.box.left) / this.box.width;
    return clamp(Math.round(share * this.player.steps), 0, this.player.steps);
  }

  lay() {
    this.axis = this.limits();
    const { player } = this;
    const { look } = player;
    const context = this.begin(this.still);
    this.layAxes(context);
    this.trace(context, this.curves(player.ghosts), ({ run }) => ({
      color: blend(player.colorOf(run), look.background, 0.6),
      width: 1.2,
      dash: [2, 3],
    }));
    this.trace(context, this.curves(), ({ run }) => ({
      color: blend(player.colorOf(run), look.background, 0.72),
      width: 1.4,
      dash: [],
    }));
    this.trace(this.begin(this.drawn), this.curves(), ({ run, dash, paler }) => ({
      color: blend(player.colorOf(run), look.background, paler),
      width: 2.1 * player.scale,
      dash,
    }));
  }

  layAxes(context) {
    const { look, scale, steps } = this.player;
    const { left, top, width, height } = this.box;
    const { log, low, high } = this.axis;
    context.lineWidth = 1;
    context.strokeStyle = look.grid;
    context.fillStyle = look.muted;
    context.font = this.font(10.5);
    context.textBaseline = "middle";
    context.textAlign = "right";
    const most = height / (26 * scale);
    for (const [value, words] of log ? powers(low, high, most) : ticks(low, high, most)) {
      const y = Math.round(this.y(value)) + 0.5;
      rule(context, left, y, left + width, y);
      context.fillText(words, left - 6, y);
    }
    context.textBaseline = "top";
    context.textAlign = "center";
    const rows = ticks(0, steps, width / (64 * scale)).filter(([value]) => Number.isInteger(value));
    for (const [value, words] of rows) {
      const x = Math.round(this.x(value)) + 0.5;
      rule(context, x, top, x, top + height);
      context.fillText(words, x, top + height + 6);
    }
    context.strokeStyle = look.muted;
    if (!log && low < 0 && high > 0) rule(context, left, this.y(0), left + width, this.y(0));
  }

  trace(context, curves, styleOf) {
    const { left, top, width, height } = this.box;
    context.save();
    context.beginPath();
    context.rect(left, top - 2, width + 2, height + 4);
    context.clip();
    context.lineJoin = "round";
    for (const curve of curves) {
      const { color, width, dash } = styleOf(curve);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      curve.values.forEach((value, t) => {
        if (Number.isFinite(value)) context.lineTo(this.x(t), clamp(this.y(value), -1e4, 1e4));
      });
      context.stroke();
    }
    context.restore();
  }

  move(context) {
    const { player } = this;
    const { look, time, scale } = player;
    const { top, height } = this.box;
    const x = this.x(Math.min(time, player.steps));
    // What has passed, up to the cursor, from the finished curves.
    const d = this.dense;
    const edge = Math.max(1, Math.round(x * d));
    context.drawImage(this.drawn, 0, 0, edge, this.canvas.height, 0, 0, edge / d, this.height);
    context.strokeStyle = look.muted;
    context.lineWidth = 1;
    rule(context, x, top, x, top + height);
    if (player.hover !== null) {
      context.setLineDash([3, 3]);
      context.strokeStyle = look.text;
      rule(context, this.x(player.hover), top, this.x(player.hover), top + height);
      context.setLineDash([]);
    }
    for (const { run, values, paler } of this.curves()) {
      const t = Math.min(time, run.steps);
      const [a, b] = [values[Math.floor(t)], values[Math.ceil(t)]];
      const [ya, yb] = [this.y(a), this.y(b)];
      const y = ya + (yb - ya) * (t - Math.floor(t));
      if (y >= top - 3 && y <= top + height + 3)
        disc(context, this.x(t), y, 3.4 * scale, blend(player.colorOf(run), look.background, paler), look.background);
    }
  }
}

function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function rule(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

// ---------------------------------------------------------------- the page around it

const ICONS = {
  first: "M4 3v10h2V3zM13 3 7 8l6 5z",
  back: "M12 3 5 8l7 5z",
  play: "M4 2.5v11L13.5 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forward: "M4 3l7 5-7 5z",
  last: "M10 3v10h2V3zM3 3l6 5-6 5z",
  loop: "M8 3a5 5 0 0 1 4.6 3H11v1.5h4V3.5h-1.5v1.3A6.5 6.5 0 0 0 1.6 7h1.5A5 5 0 0 1 8 3zM8 13a5 5 0 0 1-4.6-3H5V8.5H1v4h1.5v-1.3A6.5 6.5 0 0 0 14.4 9h-1.5A5 5 0 0 1 8 13z",
  home: "M2 2h5v1.5H3.5V7H2zM9 2h5v5h-1.5V3.5H9zM2 9h1.5v3.5H7V14H2zM12.5 9H14v5H9v-1.5h3.5z",
  theme: "M8 1.5a6.5 6.5 0 1 0 0 13zM8 1.5a6.5 6.5 0 0 1 0 13v-1.3a5.2 5.2 0 0 0 0-10.4z",
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// A drawing of one path; the text is ours alone, never a person's.
function drawing(box, path, attributes = "") {
  const holder = document.createElement("template");
  holder.innerHTML = `<svg viewBox="0 0 ${box}" aria-hidden="true"><path d="${path}" ${attributes}/></svg>`;
  return holder.content.firstChild;
}

const icon = (name) => drawing("16 16", ICONS[name]);

function button(name, label, action, extra = {}) {
  return element(
    "button",
    { type: "button", "aria-label": label, title: label, "data-do": name, onclick: action, ...extra },
    icon(name),
  );
}

const KEYS = {
  " ": (player) => player.toggle(),
  ArrowRight: (player, event) => player.stepBy(event.shiftKey ? 10 : 1),
  ArrowLeft: (player, event) => player.stepBy(event.shiftKey ? -10 : -1),
  Home: (player) => player.goTo(0),
  End: (player) => player.goTo(player.steps),
  "[": (player) => player.faster(-1),
  "]": (player) => player.faster(1),
  l: (player) => player.setLoop(!player.loop),
  v: (player) => player.show("velocity"),
  g: (player) => player.show("gradient"),
  b: (player) => player.show("carried"),
  m: (player) => player.show("batch"),
  p: (player) => player.show("ghost"),
  d: (player) => player.setTheme(player.look.isDark ? "light" : "dark"),
  "+": (player) => player.plane.zoomBy(1.5),
  "=": (player) => player.plane.zoomBy(1.5),
  "-": (player) => player.plane.zoomBy(1 / 1.5),
  0: (player) => player.goHome(),
};

// A player in an element. `onStart` is called with the start that a person chose, if one may.
class Player {
  constructor(root, { theme = "auto", onStart = null, fills = false, wheel = fills, title = true } = {}) {
    Object.assign(this, { root, onStart, fills, wheels: wheel, theme });
    this.runs = [];
    this.earlier = [];
    this.time = 0;
    this.speed = 1;
    this.loop = false;
    this.playing = false;
    this.hover = null;
    this.frames = 0;
    this.shows = { velocity: true, gradient: false, carried: false, batch: true, ghost: true };
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.scheme = window.matchMedia("(prefers-color-scheme: dark)");
    this.frame = this.frame.bind(this);
    this.build(title);
    this.listen();
    (window.optivizPlayers ??= []).push(this);
    root.player = this;
  }

  build(title) {
    this.root.classList.add("optiviz");
    this.root.classList.toggle("optiviz-fills", this.fills);
    this.title = element("h2", { class: "ov-title", hidden: !title });
    this.canvas = element("canvas", { tabindex: "0", role: "img", "aria-label": "Paths over the level bands of the loss" });
    this.plane = new Plane(this, this.canvas);
    this.tip = element("div", { class: "ov-tip", hidden: true });
    this.side = element("div", { class: "ov-side" });
    this.legend = element("ul", { class: "ov-legend", "aria-label": "Runs" });
    this.spoken = element("div", { class: "ov-spoken", "aria-live": "polite", role: "status" });
    this.root.replaceChildren(
      element(
        "div",
        { class: "ov-stage" },
        this.title,
        element("figure", { class: "ov-plane" }, this.canvas),
        this.side,
        this.buildTransport(),
        this.legend,
        this.tip,
        this.spoken,
      ),
    );
  }

  buildTransport() {
    this.playButton = button("play", "Play (space)", () => this.toggle(), { class: "ov-primary" });
    this.scrub = element("input", {
      type: "range", min: 0, max: 1, value: 0, step: 1, "aria-label": "Step", class: "ov-scrub",
      oninput: () => this.goTo(Number(this.scrub.value)),
    });
    this.counter = element("output", { class: "ov-counter" });
    this.speeds = element(
      "select",
      { "aria-label": "Speed", title: "Speed ([ and ])", onchange: () => this.setSpeed(Number(this.speeds.value)) },
      ...SPEEDS.map((n) => element("option", { value: n }, `${n}×`)),
    );
    this.speeds.value = "1";
    this.loopButton = button("loop", "Loop (L)", () => this.setLoop(!this.loop), { "aria-pressed": "false" });
    const names = {
      velocity: ["velocity", "V"],
      carried: ["β·v", "B"],
      gradient: ["−η·gradient", "G"],
      batch: ["batch", "M"],
      ghost: ["before", "P"],
    };
    const hints = { ghost: "The paths before the last change", batch: "The surface of this step's batch" };
    this.toggles = Object.fromEntries(
      Object.entries(names).map(([name, [words, key]]) => [
        name,
        element("button", {
          type: "button", class: "ov-chip", "aria-pressed": "false", "data-do": name,
          title: `${hints[name] ?? words} (${key})`, onclick: () => this.show(name),
        }, words),
      ]),
    );
    return element(
      "div",
      { class: "ov-transport", role: "group", "aria-label": "Playback" },
      element(
        "div",
        { class: "ov-row" },
        button("first", "To the start (Home)", () => this.goTo(0)),
        button("back", "One step back (←)", () => this.stepBy(-1)),
        this.playButton,
        button("forward", "One step on (→)", () => this.stepBy(1)),
        button("last", "To the end (End)", () => this.goTo(this.steps)),
        this.scrub,
        this.counter,
        this.speeds,
        this.loopButton,
      ),
      element(
        "div",
        { class: "ov-row ov-toggles" },
        ...Object.values(this.toggles),
        element("span", { class: "ov-space" }),
        button("home", "The whole picture (0)", () => this.goHome()),
        button("theme", "Light or dark (D)", () => this.setTheme(this.look.isDark ? "light" : "dark")),
      ),
    );
  }

  listen() {
    const later = { signal: (this.gone = new AbortController()).signal };
    this.watch = new ResizeObserver(() => this.ask());
    this.watch.observe(this.canvas);
    this.scheme.addEventListener("change", () => this.setTheme(this.theme), later);
    this.root.addEventListener("keydown", (event) => this.key(event), later);
    const anywhere = (event) => event.target === document.body && this.key(event);
    if (this.wheels) document.addEventListener("keydown", anywhere, later);
    const on = (name, action) => this.canvas.addEventListener(name, action.bind(this), later);
    on("pointerdown", this.pointerDown);
    on("pointermove", this.pointerMove);
    on("pointerup", this.pointerUp);
    on("pointercancel", this.pointerUp);
    on("pointerleave", () => this.point(null));
    on("dblclick", this.goHome);
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false, ...later });
    this.pointers = new Map();
  }

  dispose() {
    this.gone.abort();
    this.watch.disconnect();
    this.playing = false;
    window.optivizPlayers.splice(window.optivizPlayers.indexOf(this), 1);
  }

  // ---- what is shown

  setGround(bytes) {
    this.ground = unpack(bytes);
    if (this.ground.samples) Object.assign(this.ground.samples, { xy: this.ground.xy, groups: this.ground.groups });
    this.title.textContent = this.ground.title;
    this.runs = [];
    this.earlier = [];
    this.changed = null;
    this.plane.home();
    this.setTheme(this.theme);
  }

  setPaths(bytes) {
    const facts = unpack(bytes);
    const now = performance.now();
    // While a slider is drawn, the setting before the drag stays the one to compare with.
    if (this.runs.length) {
      if (now - (this.changed ?? -Infinity) > 700) this.earlier = this.runs;
      this.changed = now;
    }
    const atEnd = this.time >= this.steps;
    const first = !this.runs.length;
    const panels = String(this.facts?.panels);
    this.facts = facts;
    this.runs = facts.runs;
    this.steps = facts.steps;
    if (first) this.setShown();
    if (panels !== String(facts.panels)) this.setPanels();
    this.time = first || atEnd ? this.steps : Math.min(this.time, this.steps);
    this.scrub.max = this.steps;
    this.counter.style.width = `${String(this.steps).length * 2 + 8}ch`;
    this.toggles.batch.hidden = !this.batched;
    this.toggles.ghost.hidden = !this.earlier.length;
    this.writeLegend();
    this.redraw();
  }

  // As many arrows as there is room for.
  setShown() {
    const n = this.runs.length;
    Object.assign(this.shows, { velocity: n <= 3, gradient: n === 1, carried: false });
  }

  setPanels() {
    const many = this.runs.length > 1;
    this.series = this.facts.panels.map((kind) => {
      const parts = PANELS[kind].parts && { speed: true, first: !many, second: !many };
      const title = PANELS[kind].title(this);
      const canvas = element("canvas", { role: "img", "aria-label": `${title} against the step` });
      const series = new Series(this, canvas, kind, parts);
      canvas.addEventListener("pointerdown", (event) => this.scrubOn(series, event));
      canvas.addEventListener("pointermove", (event) => this.scrubOn(series, event));
      canvas.addEventListener("pointerleave", () => this.point(null));
      const chips = Object.entries(PANELS[kind].parts ?? {}).map(([part, words]) =>
        element("button", {
          type: "button", class: "ov-chip", "aria-pressed": String(parts[part]), "data-part": part,
          onclick: (event) => {
            parts[part] = !parts[part];
            event.currentTarget.setAttribute("aria-pressed", String(parts[part]));
            series.stale = true;
            this.ask();
          },
        }, words),
      );
      series.caption = element("span", {}, title);
      series.figure = element("figure", {}, element("figcaption", {}, series.caption, ...chips), canvas);
      return series;
    });
    this.side.replaceChildren(...this.series.map((series) => series.figure));
    this.root.classList.toggle("ov-no-side", !this.series.length);
    this.watch.disconnect();
    for (const canvas of [this.canvas, ...this.series.map((s) => s.canvas)]) this.watch.observe(canvas);
  }

  get ghosts() {
    return this.shows.ghost ? this.earlier : [];
  }

  get batched() {
    return Boolean(this.facts?.batchSize);
  }

  // The indices of the samples that the coming step is taken on.
  batch() {
    const { batch, batchSize } = this.facts;
    const row = Math.min(this.step, batch.length / batchSize - 1);
    return batch.subarray(row * batchSize, (row + 1) * batchSize).filter((i) => i >= 0);
  }

  batchSurface() {
    return batchSurface(this.ground.samples, this.batch());
  }

  setTheme(theme) {
    this.theme = theme;
    const page = document.body.dataset.jpThemeLight; // a notebook's own theme
    const night = page ? page === "false" : this.scheme.matches;
    const dark = theme === "dark" || (theme === "auto" && night);
    const look = this.ground.themes[dark ? "dark" : "light"];
    this.look = { ...look, isDark: dark };
    this.scale = theme === "slides" ? 1.35 : 1;
    this.root.style.colorScheme = dark ? "dark" : "light";
    for (const name of ["background", "text", "muted", "grid", "accent"])
      this.root.style.setProperty(`--ov-${name}`, look[name]);
    this.root.style.setProperty("--ov-scale", this.scale);
    this.root.dataset.theme = dark ? "dark" : "light";
    if (this.runs.length) this.writeLegend();
    this.redraw();
  }

  colorOf(run) {
    return run.colors[this.look.isDark ? 1 : 0];
  }

  writeLegend() {
    this.legend.replaceChildren(
      ...this.runs.map((run) => {
        const dash = run.dash.map((d) => d * 2.5).join(" ");
        const stroke = `stroke="${this.colorOf(run)}" stroke-dasharray="${dash}"`;
        const key = drawing("28 8", "M1 4H27", stroke);
        run.output = element("output", { class: "ov-loss" });
        return element(
          "li",
          {},
          key,
          element("span", { class: "ov-label" }, run.label),
          element("span", { class: "ov-verdict" }, run.verdict),
          run.output,
        );
      }),
    );
  }

  // ---- time

  get step() {
    return Math.floor(this.time + 1e-9);
  }

  play() {
    if (this.time >= this.steps) this.time = 0;
    this.playing = true;
    this.before = null;
    this.ask();
  }

  pause() {
    this.playing = false;
    this.time = this.step;
    this.ask();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  goTo(step) {
    this.playing = false;
    this.time = clamp(step, 0, this.steps);
    this.ask();
  }

  stepBy(n) {
    this.goTo(this.step + n);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.speeds.value = String(speed);
  }

  faster(n) {
    const at = SPEEDS.indexOf(this.speed) + n;
    this.setSpeed(SPEEDS[clamp(at, 0, SPEEDS.length - 1)]);
  }

  setLoop(loop) {
    this.loop = loop;
    this.loopButton.setAttribute("aria-pressed", String(loop));
  }

  show(name) {
    this.shows[name] = !this.shows[name];
    this.redraw();
  }

  goHome() {
    this.plane.home();
    this.ask();
  }

  redraw() {
    for (const sheet of [this.plane, ...(this.series ?? [])]) sheet.stale = true;
    this.ask();
  }

  // Draw once, before the next time the screen is refreshed.
  ask() {
    this.asked ??= requestAnimationFrame(this.frame);
  }

  frame(now) {
    this.asked = null;
    if (!this.runs.length) return;
    if (this.playing) this.advance(now);
    this.plane.draw();
    for (const series of this.series) series.draw();
    this.write();
    this.frames++;
    if (this.playing) this.ask();
  }

  advance(now) {
    const passed = Math.min(now - (this.before ?? now), 250) / 1000;
    this.before = now;
    // Those who asked for less motion see whole steps only.
    this.exact = (this.calm.matches ? (this.exact ?? this.time) : this.time) + passed * PACE * this.speed;
    this.time = this.calm.matches ? Math.floor(this.exact) : this.exact;
    if (this.time < this.steps) return;
    this.exact = null;
    this.time = this.loop && this.time > this.steps + PACE * this.speed ? 0 : this.time;
    if (this.loop) return;
    this.time = this.steps;
    this.playing = false;
  }

  write() {
    const step = Math.min(this.step, this.steps);
    const state = `${step} ${this.playing} ${this.steps} ${this.runs[0].output.textContent}`;
    if (state !== this.written) {
      this.scrub.value = step;
      this.scrub.setAttribute("aria-valuetext", `step ${step} of ${this.steps}`);
      this.scrub.style.setProperty("--ov-share", `${(100 * step) / this.steps}%`);
      this.counter.textContent = `step ${step} / ${this.steps}`;
      for (const run of this.runs) {
        const loss = run.above[Math.min(step, run.steps)] + (this.facts.floor ?? 0);
        run.output.textContent = `loss ${number(loss)}`;
      }
      this.written = `${step} ${this.playing} ${this.steps} ${this.runs[0].output.textContent}`;
    }
    if (this.wasPlaying !== this.playing) {
      this.wasPlaying = this.playing;
      const label = this.playing ? "Pause (space)" : "Play (space)";
      this.playButton.replaceChildren(icon(this.playing ? "pause" : "play"));
      this.playButton.setAttribute("aria-label", label);
      this.playButton.title = label;
    }
    for (const [name, chip] of Object.entries(this.toggles))
      chip.setAttribute("aria-pressed", String(this.shows[name]));
    this.speak();
  }

  // Say where things stand, at most every two seconds, and not while it plays.
  speak() {
    clearTimeout(this.speech);
    if (this.playing) return;
    this.speech = setTimeout(() => {
      const words = this.summary();
      if (this.spoken.textContent !== words) this.spoken.textContent = words;
    }, 600);
  }

  summary() {
    const step = Math.min(this.step, this.steps);
    const each = this.runs.map((run) => {
      const t = Math.min(step, run.steps);
      const loss = run.above[t] + (this.facts.floor ?? 0);
      return `${run.label}: loss ${number(loss)} at ${number(run.x[t])}, ${number(run.y[t])}; ${run.verdict}.`;
    });
    return `${this.ground.title}. Step ${step} of ${this.steps}. ${each.join(" ")}`;
  }

  // ---- hands

  key(event) {
    const target = event.target;
    const typing = target.closest("input:not([type=range]), select, textarea");
    const own = target.closest("button") ? [" "] : target.matches("[type=range]") ? Object.keys(KEYS).filter((k) => k.length > 1) : [];
    if (typing || event.ctrlKey || event.metaKey || event.altKey || own.includes(event.key)) return;
    const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action(this, event);
  }

  place(event) {
    const box = event.currentTarget.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  pointerDown(event) {
    const place = this.place(event);
    if (!this.plane.inside(...place)) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, place);
    this.pans = event.shiftKey || event.button === 1 || this.pointers.size > 1;
    if (event.button === 1) event.preventDefault();
    if (event.pointerType !== "touch" && !this.pans) this.begin(place);
    this.moved = 0;
  }

  pointerMove(event) {
    const place = this.place(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) return this.point(event.pointerType === "touch" ? null : place);
    this.moved += Math.hypot(place[0] - before[0], place[1] - before[1]);
    if (this.pointers.size === 2) this.pinch(event.pointerId, place);
    else if (this.pans) this.plane.panBy(place[0] - before[0], place[1] - before[1]);
    else if (event.pointerType !== "touch") this.begin(place);
    this.pointers.set(event.pointerId, place);
  }

  pointerUp(event) {
    const here = this.pointers.get(event.pointerId);
    this.pointers.delete(event.pointerId);
    const tap = event.type === "pointerup" && event.pointerType === "touch" && this.moved < 12;
    if (here && tap && !this.pans) this.begin(here);
  }

  // Two fingers: what lay under them stays under them.
  pinch(id, place) {
    const [other] = [...this.pointers].filter(([key]) => key !== id).map(([, at]) => at);
    const before = this.pointers.get(id);
    const size = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]);
    const middle = [(place[0] + other[0]) / 2, (place[1] + other[1]) / 2];
    this.plane.panBy((place[0] - before[0]) / 2, (place[1] - before[1]) / 2);
    this.plane.zoomBy(size(place) / Math.max(size(before), 1), ...middle);
  }

  wheel(event) {
    const place = this.place(event);
    if (!(this.wheels || event.ctrlKey || event.metaKey) || !this.plane.inside(...place)) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.plane.zoomBy(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), ...place);
  }

  // A start that a person chose, within the bounds.
  begin(place) {
    if (!this.onStart) return;
    const [[l, r], [b, t]] = this.ground.bounds;
    const [u, v] = this.plane.at(...place);
    const digits = Math.max(0, Math.ceil(-Math.log10(this.plane.unit)));
    const round = (value) => Number(value.toFixed(Math.min(digits, 12)));
    this.point(null);
    this.onStart([round(clamp(u, l, r)), round(clamp(v, b, t))]);
  }

  // Show what lies under the pointer on the plane: null for nothing.
  point(place) {
    const found = place && this.runs.length && this.plane.nearest(...place);
    this.hover = found ? found.t : null;
    const inside = place && this.plane.inside(...place);
    this.canvas.style.cursor = inside && this.onStart ? "crosshair" : "default";
    if (found) this.tell(this.canvas, place, [found.run], found.t, true);
    else this.tip.hidden = true;
    this.ask();
  }

  scrubOn(series, event) {
    const place = this.place(event);
    const step = series.stepAt(place[0]);
    if (event.buttons === 1) this.goTo(step);
    this.hover = step;
    this.tell(series.canvas, place, this.runs, step, false);
    this.ask();
  }

  tell(canvas, [px, py], runs, step, full) {
    const rows = runs.map((run) => {
      const t = Math.min(step, run.steps);
      const loss = number(run.above[t] + (this.facts.floor ?? 0));
      const speed = number(Math.hypot(run.vx[t], run.vy[t]));
      const dot = element("i", { style: `background:${this.colorOf(run)}` });
      const short = `loss ${loss}  |v| ${speed}  η ${number(run.lr[t])}`;
      if (!full) return element("div", {}, dot, `${run.name}  ${short}`);
      const [a, b] = this.ground.axes;
      const lines = [
        `${a} ${number(run.x[t], 4)}   ${b} ${number(run.y[t], 4)}`,
        `loss ${loss}   η ${number(run.lr[t])}`,
        `v₁ ${number(run.vx[t])}   v₂ ${number(run.vy[t])}`,
      ];
      return element("div", {}, dot, run.label, ...lines.map((words) => element("div", {}, words)));
    });
    this.tip.replaceChildren(element("b", {}, `step ${step}`), ...rows);
    this.tip.hidden = false;
    const [page, box] = [this.tip.offsetParent.getBoundingClientRect(), canvas.getBoundingClientRect()];
    const [x, y] = [box.left - page.left + px, box.top - page.top + py];
    const { offsetWidth: w, offsetHeight: h } = this.tip;
    const left = x + 16 + w > page.width ? x - w - 16 : x + 16;
    this.tip.style.left = `${clamp(left, 4, Math.max(4, page.width - w - 4))}px`;
    this.tip.style.top = `${clamp(y - h / 2, 4, Math.max(4, page.height - h - 4))}px`;
  }
}

// ---------------------------------------------------------------- where it is mounted

// In a page of its own.
function mount(root, ground, paths, options = {}) {
  const player = new Player(root, { fills: true, ...options });
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  player.setGround(bytes(ground));
  player.setPaths(bytes(paths));
  return player;
}

const view = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

// In a notebook, as an anywidget with the traits ground, paths, theme and start.
function render({ model, el }) {
  const root = el.appendChild(element("div"));
  const onStart = (start) => {
    model.set("start", start);
    model.save_changes();
  };
  const player = new Player(root, {
    theme: model.get("theme"),
    onStart: model.get("movable") ? onStart : null,
  });
  const take = {
    ground: () => player.setGround(view(model.get("ground"))),
    paths: () => player.setPaths(view(model.get("paths"))),
    theme: () => player.setTheme(model.get("theme")),
  };
  take.ground();
  take.paths();
  for (const [name, action] of Object.entries(take)) model.on(`change:${name}`, action);
  return () => {
    for (const [name, action] of Object.entries(take)) model.off(`change:${name}`, action);
    player.dispose();
  };
}

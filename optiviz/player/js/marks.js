// Marks and words on a canvas.

// What the next lines are drawn with.
export function pen(context, color, width, dash = []) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
}

// Fill the path, and draw its edge.
function paint(context, color, edge, width) {
  pen(context, edge, width);
  context.fillStyle = color;
  context.fill();
  context.stroke();
}

export function disc(context, x, y, radius, color, edge, width = 1.5) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  paint(context, color, edge, width);
}

// The corners of a head by the marker that tells its rule, in radii from its middle; none: a disc.
const around = (n, turned = 0) =>
  Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n + turned).map((a) => [Math.sin(a), -Math.cos(a)]);
const CORNERS = {
  s: around(4, Math.PI / 4), D: around(4), p: around(5),
  "^": around(3), ">": around(3, Math.PI / 2), v: around(3, Math.PI), "<": around(3, -Math.PI / 2),
};
const LARGER = { 3: 1.45, 4: 1.2, 5: 1.15 }; // so that all seem as large

export function cornersOf(head, radius) {
  const corners = CORNERS[head] ?? [];
  return corners.map((place) => place.map((value) => value * radius * LARGER[corners.length]));
}

// The head of a run, in the shape that tells its rule without colour.
export function marker(context, head, x, y, radius, color, edge, width = 1.5) {
  const corners = cornersOf(head, radius);
  if (!corners.length) return disc(context, x, y, radius, color, edge, width);
  context.beginPath();
  for (const [dx, dy] of corners) context.lineTo(x + dx, y + dy);
  context.closePath();
  context.lineJoin = "round";
  return paint(context, color, edge, width);
}

// A ring that hides nothing within it.
export function ring(context, x, y, radius, color, edge) {
  for (const [ink, width] of [[edge, 4], [color, 1.8]]) {
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    pen(context, ink, width);
    context.stroke();
  }
}

export function cross(context, x, y, radius, color) {
  pen(context, color, 2);
  rule(context, x - radius, y - radius, x + radius, y + radius);
  rule(context, x - radius, y + radius, x + radius, y - radius);
}

export function star(context, x, y, radius, color, edge) {
  context.beginPath();
  for (let i = 0; i < 10; i++) {
    const r = i % 2 ? radius * 0.42 : radius;
    const angle = (i * Math.PI) / 5;
    context.lineTo(x + r * Math.sin(angle), y - r * Math.cos(angle));
  }
  context.closePath();
  context.lineJoin = "round";
  paint(context, color, edge, 1.2);
}

export function arrow(context, x, y, dx, dy, color, width, edge) {
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
  context.lineJoin = "miter";
  paint(context, color, edge, 0.7);
}

export function rule(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

export function write(context, words, x, y, align, baseline, color) {
  Object.assign(context, { textAlign: align, textBaseline: baseline, fillStyle: color });
  context.fillText(words, x, y);
}

// From here on, draw in a rectangle only.
export function clipTo(context, left, top, width, height) {
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
}

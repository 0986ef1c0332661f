// Marks on a canvas.

export function disc(context, x, y, radius, color, edge) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = color;
  context.strokeStyle = edge;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}

export function star(context, x, y, radius, color, edge) {
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
  context.fillStyle = color;
  context.strokeStyle = edge;
  context.lineJoin = "miter";
  context.lineWidth = 0.7;
  context.fill();
  context.stroke();
}

export function rule(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

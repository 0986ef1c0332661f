// A guess beside the truth: in words, and as a ring with a line to where the head is.

import { pen, rule } from "../../player/js/marks.js";
import { plain } from "../../player/js/ui.js";

// Shares of the distance from the start, within which a guess is so near.
const NEAR = [[0.1, "Very near"], [0.3, "Near"]];
const ARM = 14; // pixels from the middle of the cross-hair to its ends
const RING = 9; // pixels

export const aimed = (place) => place.map((value) => plain(Number(value.toFixed(2)))).join(", ");

// How far a guess is from the truth, kindly.
export function distance(guess, truth, start) {
  const between = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const away = between(guess, truth);
  const share = away / Math.max(between(truth, start), 1e-9);
  const [, words] = NEAR.find(([most]) => share <= most) ?? [null, "It went elsewhere"];
  const how = `${words}: it is at ${aimed(truth)}, and your ring is ${plain(away, 2)} from there`;
  return `${how}. Its start is ${plain(between(truth, start), 2)} from there.`;
}

// A ring where the guess is, with the arms of a cross-hair while it is moved.
export function drawGuess(plane, context, guess, arms) {
  const { look, scale } = plane.player;
  const [x, y] = [plane.x(guess[0]), plane.y(guess[1])];
  for (const [color, width] of [[look.background, 5], [look.text, 2]]) {
    pen(context, color, width * scale);
    context.beginPath();
    context.arc(x, y, RING * scale, 0, 7);
    context.stroke();
    if (!arms) continue;
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      const [near, far] = [0.35 * RING * scale, ARM * scale];
      rule(context, x + dx * near, y + dy * near, x + dx * far, y + dy * far);
    }
  }
}

// The line from the ring to where the head is.
export function drawTruth(plane, context, guess, truth) {
  const { look, scale } = plane.player;
  const [[x, y], [tx, ty]] = [guess, truth].map(([u, v]) => [plane.x(u), plane.y(v)]);
  const long = Math.hypot(tx - x, ty - y);
  const gap = (RING * scale) / Math.max(long, 1e-9); // of the ring, and about the head
  if (gap > 0.5) return;
  const along = (share) => [x + (tx - x) * share, y + (ty - y) * share];
  const ends = [...along(gap), ...along(1 - gap)];
  for (const [color, width, dash] of [[look.background, 5, []], [look.text, 2, [6, 4]]]) {
    pen(context, color, width * scale, dash);
    rule(context, ...ends);
  }
}

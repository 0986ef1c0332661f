// A guess beside the truth: in words, and as a ring with a line to where the head is.

import { pen, rule } from "../../../player/js/marks.js";
import { plain } from "../../js/ui.js";

// Shares of the distance from the start, within which a guess is so near.
const NEAR = [[0.1, "Very near"], [0.3, "Near"]];
const ARM = 14; // pixels from the middle of the cross-hair to its ends
const RING = 9;

export const aimed = (place) => place.map((value) => plain(Number(value.toFixed(2)))).join(", ");

// How far a guess is from the truth, kindly.
export function distance(guess, truth, start) {
  const between = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const away = between(guess, truth);
  const share = away / Math.max(between(truth, start), 1e-9);
  const [, words] = NEAR.find(([most]) => share <= most) ?? [null, "It went elsewhere"];
  const how = `${words}: it is at ${aimed(truth)}, and your ring is ${plain(away, 2)} away`;
  return `${how}; from start to end it went ${plain(between(truth, start), 2)}.`;
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
  const ends = [guess, truth].flatMap(([u, v]) => [plane.x(u), plane.y(v)]);
  for (const [color, width, dash] of [[look.background, 5, []], [look.text, 2, [6, 4]]]) {
    pen(context, color, width * scale, dash);
    rule(context, ...ends);
  }
}

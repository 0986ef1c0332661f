// Reads what explorer/coding.py wrote: a deflated pack, in which paths and losses are whole numbers
// of levels, second differences of them, byte by byte.

import { unpack } from "../../player/js/numbers.js";

const FORMAT = 1;

// A deflated pack, from its bytes or from the text that they stand in a page as.
export async function inflated(source) {
  const bytes = typeof source === "string" ? Uint8Array.from(atob(source), (c) => c.charCodeAt(0)) : source;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return unpack(new Uint8Array(await new Response(stream).arrayBuffer()));
}

// The data of a page.
export async function opened(source) {
  const data = await inflated(source);
  if (data.format !== FORMAT) throw new Error(`This data has format ${data.format}, not ${FORMAT}.`);
  return data;
}

// The numbers `from` to `from + length` of planes of bytes, each the second sum of those before.
export function levels(planes, bytes, from, length) {
  const count = planes.length / bytes;
  const shift = 32 - 8 * bytes;
  const found = new Int32Array(length);
  let [value, step] = [0, 0];
  for (let i = 0; i < length; i++) {
    let folded = 0;
    for (let b = 0; b < bytes; b++) folded |= planes[b * count + from + i] << (8 * b);
    step += folded & 1 ? -((folded + 1) >>> 1) : folded >>> 1;
    value += step;
    found[i] = (value << shift) >> shift; // what went round comes round
  }
  return found;
}

// Coordinates of levels: evenly apart inside, and further out as far as they are away.
export function coordinates(found, { side, inside }, middle, length) {
  return Float64Array.from(found, (level) => {
    const away = level / side;
    const size = Math.abs(away);
    const share = size <= inside ? size : inside * Math.exp(size / inside - 1);
    return middle + Math.sign(away) * share * length;
  });
}

// Numbers of levels that are as far apart as they are large.
export const sizes = (found, { grain }, least) =>
  Float64Array.from(found, (level) => least * Math.sinh(level * grain));

// The heights of a ground, in the shares of the player: sums along its rows, and up its columns.
export function ground(facts, { fine }) {
  const { points, heights: planes, levels: bands } = facts;
  const heights = new Uint16Array(points * points);
  const columns = Array.from({ length: points }, (_, i) => levels(planes, 2, i * points, points));
  for (let j = 0; j < points; j++) {
    let sum = 0;
    for (let i = 0; i < points; i++) {
      sum += columns[i][j];
      heights[j * points + i] = Math.round((sum / (fine * bands)) * 65535);
    }
  }
  return { ...facts, heights };
}

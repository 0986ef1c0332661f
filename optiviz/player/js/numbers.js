// Packs of numbers, numbers in words, ticks, and colours.

// A pack is the length of a JSON text, the text, and the bytes of the arrays that it names.
const TYPES = { f8: Float64Array, f4: Float32Array, u2: Uint16Array, u1: Uint8Array, i4: Int32Array };

export function unpack(bytes) {
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

// What came with a message, as bytes.
export const view = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const raised = (n) => String(n).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);

// A number as a person would write it; it is chosen by its rounded size, or 999.96 were 1.00e+3.
export function number(value, digits = 3) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value.toPrecision(digits));
  if (size >= 0.001 && Math.abs(value) < 9999.5) {
    const words = size >= 10 ** digits ? value.toFixed(0) : value.toPrecision(digits);
    return words.replace("-", "−");
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return `${mantissa.replace("-", "−")}·10${raised(Number(exponent))}`;
}

// A number in no more digits than are known of it: it is right to half a `unit`.
export function known(value, digits, unit) {
  if (!unit) return number(value, digits);
  const kept = Math.floor(Math.log10(Math.abs(value) / unit));
  return kept < 0 ? "0" : number(value, clamp(kept, 1, digits));
}

// A number as Python writes it, in all its digits, as a person would; other words as they are.
export function written(word) {
  const [, minus, mantissa, exponent] = /^(-?)([\d.]+)(?:e(.+))?$/.exec(word) ?? [];
  if (!mantissa) return word;
  const sign = minus && "−";
  if (exponent === undefined) return sign + mantissa;
  return `${sign}${mantissa === "1" ? "" : `${mantissa}·`}10${raised(Number(exponent))}`;
}

// A number in at most so many digits.
export const rounded = (value, digits = 4) =>
  String(Number(value.toPrecision(digits))).replaceAll("-", "−");

// Round values between two, at most so many, and their words.
export function ticks(low, high, most) {
  const rough = (high - low) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((n) => n * power >= rough * 0.999);
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    found.push([i * step, (i * step).toFixed(places).replace("-", "−")]);
  return found;
}

// Powers of ten between two.
export function powers(low, high, most) {
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  const step = Math.max(1, Math.ceil((last - first + 1) / Math.max(most, 2)));
  const found = [];
  for (let e = first; e <= last; e += step) found.push([10 ** e, `10${raised(e)}`]);
  return found;
}

export const channels = (color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));

export function blend(color, other, share) {
  const to = channels(other);
  const mixed = channels(color).map((a, i) => Math.round(a + (to[i] - a) * share));
  return "#" + mixed.map((c) => c.toString(16).padStart(2, "0")).join("");
}

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

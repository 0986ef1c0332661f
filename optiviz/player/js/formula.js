// The lines of a rule's formula, read as the arithmetic that they are, and told in numbers.
//
// Two symbols side by side are a product, as on paper, and a product is taken from the left:
// ηg/2v is (ηg/2)·v. Powers are ², ᵗ or ^(…), t counts steps from 1, √ takes what stands next to it.
// 0/0 is 0, since no rule moves for it: η is 0, or the slope is.

import { rounded } from "./numbers.js";

// A number, a function, or one letter with what stands above or below it.
const WORD = /\d+(?:\.\d+)?|max|min|sign|abs|sum|mean|.[\u0302\u2080-\u2099]*/gu;
const FUNCTIONS = { max: Math.max, min: Math.min, sign: Math.sign, abs: Math.abs };
// What takes all coordinates together: of those that are `known.all`.
const TOGETHER = {
  sum: (values) => values.reduce((a, b) => a + b),
  mean: (values) => values.reduce((a, b) => a + b) / values.length,
};
const POWERS = { "²": 2, "³": 3 };
// What stands in place of a line's numbers where one of them is none: it has overflowed; or nothing
// tells it, or the loss has no slope there.
const [BEYOND, UNKNOWN] = ["too large to be shown", "not known here"];
const FACTOR = ["(", "√", ...Object.keys(FUNCTIONS)];

export const wordsOf = (text) => text.match(WORD) ?? [];
export const sidesOf = (line) => line.split(" ← ");
export const isTogether = (line) => wordsOf(line).some((word) => word in TOGETHER);

const read = new Map(); // what lines have been read as

// The right side of a line as a function of what is known; `place` says where there a symbol stands.
export const compiled = (line, place = (word) => word) => new Reader(sidesOf(line)[1], place).sum();

// The value of what stands at the right of a line. That of a line which takes all coordinates
// together is known by the line itself.
function valueOf(line, known) {
  if (!(line in known) && !read.has(line)) read.set(line, compiled(line));
  return line in known ? known[line] : read.get(line)(known);
}

// Give the symbol at the left of a line that value.
export const follow = (line, known) => (known[sidesOf(line)[0]] = valueOf(line, known));

// What is said in place of a line's numbers, before it is followed; null where all of them are numbers.
export function untold(line, known) {
  const value = valueOf(line, known);
  const symbols = line in known ? [] : wordsOf(sidesOf(line)[1]).filter((word) => word in known);
  if (symbols.every((word) => Number.isFinite(known[word])) && Number.isFinite(value)) return null;
  return [value, ...Object.values(known)].some((x) => Math.abs(x) === Infinity) ? BEYOND : UNKNOWN;
}

// The right side of a line with numbers in place of its symbols: [text, symbol or null] each. `say`
// writes the value of a symbol.
export function filled(line, known, say = (value) => rounded(value)) {
  if (line in known) return [[sidesOf(line)[1], null]];
  const told = [];
  let before = "";
  const right = sidesOf(line)[1].replace("ᵗ", `^${known.t}`);
  for (const word of wordsOf(right)) {
    const symbol = word in known ? word : null;
    const after = before in known || before === ")" || /^(?:²|\d+)$/.test(before);
    if (after && (symbol || FACTOR.includes(word))) told.push(["·", null]);
    const number = symbol ? say(known[word], symbol) : word;
    const bracketed = symbol && number.startsWith("−") && told.length;
    told.push([bracketed ? `(${number})` : number, symbol]);
    before = word;
  }
  return told;
}

// Goes through the words of a line once; a method for each level of binding, which gives a function.
class Reader {
  constructor(text, place) {
    this.place = place;
    this.words = wordsOf(text).filter((word) => word !== " ");
  }

  get next() {
    return this.words[0] ?? "";
  }

  take() {
    return this.words.shift();
  }

  sum() {
    const negative = this.next === "−" && this.take();
    const first = this.product();
    let value = negative ? (known) => -first(known) : first;
    while (this.next === "+" || this.next === "−") value = joined(this.take(), value, this.product());
    return value;
  }

  product() {
    let value = this.power();
    while (!["", "+", "−", ")", ","].includes(this.next)) {
      const operator = this.next === "/" || this.next === "·" ? this.take() : "·";
      value = joined(operator, value, this.power());
    }
    return value;
  }

  power() {
    let value = this.atom();
    while (this.next === "^" || this.next === "ᵗ" || this.next in POWERS) {
      const word = this.take();
      const exponent = POWERS[word];
      value = joined("^", value, word === "^" ? this.atom() : word === "ᵗ" ? this.symbol("t") : () => exponent);
    }
    return value;
  }

  atom() {
    const word = this.take();
    if (word === "(") return this.bracketed()[0];
    if (word === "√") return applied(Math.sqrt, [this.atom()]);
    if (word in FUNCTIONS) return applied(FUNCTIONS[word], (this.take(), this.bracketed()));
    if (word in TOGETHER) {
      const [of] = (this.take(), this.bracketed());
      return (known) => TOGETHER[word](known.all.map(of));
    }
    const number = Number(word);
    return Number.isNaN(number) ? this.symbol(word) : () => number;
  }

  symbol(word) {
    const at = this.place(word);
    return (known) => known[at] ?? NaN;
  }

  // The values between brackets, the first of which has been taken.
  bracketed() {
    const values = [this.sum()];
    while (this.take() === ",") values.push(this.sum());
    return values;
  }
}

const over = (a, b) => (a === 0 && b === 0 ? 0 : a / b);
const OPERATORS = {
  "+": (a, b) => (known) => a(known) + b(known),
  "−": (a, b) => (known) => a(known) - b(known),
  "·": (a, b) => (known) => a(known) * b(known),
  "/": (a, b) => (known) => over(a(known), b(known)),
  "^": (a, b) => (known) => a(known) ** b(known),
};
const joined = (operator, a, b) => OPERATORS[operator](a, b);
const applied = (of, [a, b]) => (b ? (known) => of(a(known), b(known)) : (known) => of(a(known)));

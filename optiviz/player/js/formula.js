// The lines of a rule's formula, read as the arithmetic that they are, and told in numbers.
//
// Two symbols side by side are a product, as on paper, and a product is taken from the left:
// ηg/2v is (ηg/2)·v. Powers are ², ᵗ or ^(…), t counts steps from 1, √ takes what stands next to it.

import { rounded } from "./numbers.js";

// A number, a function, or one letter with what stands above or below it.
const WORD = /\d+(?:\.\d+)?|max|min|sign|abs|sum|mean|.[\u0302\u2080-\u2099]*/gu;
const FUNCTIONS = { max: Math.max, min: Math.min, sign: Math.sign, abs: Math.abs };
const POWERS = { "²": 2, "³": 3 };
const FACTOR = ["(", "√", ...Object.keys(FUNCTIONS)];

export const wordsOf = (text) => text.match(WORD) ?? [];
export const sidesOf = (line) => line.split(" ← ");

// Give the symbol at the left of a line the value of what stands at the right. That of a line which
// takes all coordinates together is known by the line itself.
export function follow(line, known) {
  const [symbol, right] = sidesOf(line);
  return (known[symbol] = line in known ? known[line] : new Reader(right, known).sum());
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

// Goes through the words of a line once; a method for each level of binding.
class Reader {
  constructor(text, known) {
    this.known = known;
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
    let value = negative ? -this.product() : this.product();
    while (this.next === "+" || this.next === "−")
      value = this.take() === "+" ? value + this.product() : value - this.product();
    return value;
  }

  product() {
    let value = this.power();
    while (!["", "+", "−", ")", ","].includes(this.next)) {
      const operator = this.next === "/" || this.next === "·" ? this.take() : "·";
      value = operator === "/" ? value / this.power() : value * this.power();
    }
    return value;
  }

  power() {
    let value = this.atom();
    while (this.next === "^" || this.next === "ᵗ" || this.next in POWERS) {
      const word = this.take();
      value **= word === "^" ? this.atom() : (POWERS[word] ?? this.known.t);
    }
    return value;
  }

  atom() {
    const word = this.take();
    if (word === "√") return Math.sqrt(this.atom());
    if (word === "(") return this.bracketed()[0];
    if (word in FUNCTIONS) return FUNCTIONS[word](...(this.take(), this.bracketed()));
    return word in this.known ? this.known[word] : Number(word);
  }

  // The values between brackets, the first of which has been taken.
  bracketed() {
    const values = [this.sum()];
    while (this.take() === ",") values.push(this.sum());
    return values;
  }
}

// The chosen run's rule, line by line, and below in the numbers of one weight of its network.

import { element } from "../../../player/js/dom.js";
import { filled, follow, sidesOf, untold } from "../../../player/js/formula.js";
import { rounded } from "../../../player/js/numbers.js";
import { spaced } from "./words.js";

const EMPTY = "The rule of a run, and its step in numbers.";

// Each line, and the same in numbers with what comes out; in symbols alone where there are none.
export function told({ lines, known }) {
  const now = known && { ...known };
  return lines.map((line) => {
    if (!now) return [line, ""];
    const none = untold(line, now);
    const numbers = filled(line, now).map(([text]) => text).join("");
    const result = rounded(follow(line, now));
    return [line, `${sidesOf(line)[0]} ← ${none ?? `${numbers} = ${result}`}`];
  });
}

export class Formula {
  name = "formula";
  title = "Formula";
  kind = "formula";

  constructor() {
    this.words = element("p", { class: "lab-muted", role: "status" }, EMPTY);
    const label = { tabindex: 0, role: "group", "aria-label": "The step in symbols and in numbers" };
    this.lines = element("div", { class: "ml-formula", ...label });
    this.node = element("div", { class: "ml-pane" }, this.words, this.lines);
  }

  wish(run) {
    return run ? `${run.run} ${Math.round(run.step)}` : null;
  }

  clear(words = EMPTY) {
    this.words.textContent = words;
    this.lines.replaceChildren();
  }

  take(message, name) {
    const { lines, known, step, weight } = message;
    const numbers = () => ` Below, update ${spaced(step)} of one weight, number ${spaced(weight)} of the network's.`;
    const which = known ? numbers() : "";
    this.words.textContent = lines.length ? `${name}: one step.${which}` : `${name} brings no formula.`;
    const rows = told(message).flatMap(([words, numbers]) => [
      element("div", { class: "ml-words" }, words),
      ...(numbers ? [element("div", { class: "lab-muted" }, numbers)] : []),
    ]);
    this.lines.replaceChildren(...rows);
  }
}

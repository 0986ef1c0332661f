// Choices in words, one of which is right.

import { swatch } from "../../player/js/ui.js";
import { element } from "../../player/js/dom.js";
import { Way } from "./way.js";

export class Choose extends Way {
  build() {
    const { choices, question } = this.lesson;
    this.missing = "Choose one first.";
    this.rows = choices.map((words, i) => {
      const input = element("input", {
        type: "radio", name: "sl-choice", value: i + 1, onchange: () => (this.given = i + 1),
      });
      return element("label", {}, input, element("span", {}, words));
    });
    this.node = element("fieldset", { class: "sl-choices" }, element("legend", {}, question), ...this.rows);
  }

  // Each choice has the colour of its path, where it is one of the paths.
  begin() {
    const { player } = this.lab;
    if (!this.lesson.lanes || this.colored) return;
    this.colored = true;
    this.rows.forEach((row, i) => row.append(swatch(player.colorOf(player.runs[i]), player.runs[i].dash)));
  }

  // Where the choices are not seen together, first what was chosen, which stays as a ghost.
  get wishes() {
    const { changes, right } = this.lesson;
    if (!changes.length) return super.wishes;
    return [...new Set([this.given, right])].map((i) => ({ query: changes[i - 1] }));
  }

  get told() {
    const { choices, right, changes } = this.lesson;
    const is = this.given === right;
    const dotted = !is && changes.length ? " The dotted path is what you chose." : "";
    const words = is ? "Yes, that is it." : `Not this one. It is: ${choices[right - 1]}.`;
    return { right: is, words: words + dotted };
  }

  commit(is = true) {
    for (const row of this.rows) row.firstChild.disabled = is;
  }

  mark() {
    const { right } = this.lesson;
    this.rows[right - 1].setAttribute("class", "sl-right");
    if (this.given !== right) this.rows[this.given - 1].setAttribute("class", "sl-other");
  }
}

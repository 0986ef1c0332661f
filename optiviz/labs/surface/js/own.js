// A formula of one's own as the surface, and its bounds. Python reads it, and says what is wrong
// with it and at which column; until it can be read the surface before it stays.

import { element } from "../../../player/js/dom.js";
import { typed } from "./typed.js";

const AXES = [["x", "left", "right"], ["y", "bottom", "top"]];

export class Own {
  // `controls` sets the problem, and reads its `knobs` when Python has answered.
  constructor(lab, controls) {
    Object.assign(this, { lab, controls });
  }

  // The one that was last taken, or one to begin with.
  get formula() {
    return this.last ?? this.lab.offers.formula.usual;
  }

  // What is chosen in the list of surfaces; its value is empty, since the formula is.
  option(selected) {
    const option = element("option", { value: "", selected }, "a formula in x and y …");
    return element("optgroup", { label: "your own" }, option);
  }

  rows() {
    return [this.field(), ...AXES.map((names) => this.bounds(...names))];
  }

  field() {
    const input = element("input", {
      type: "text", class: "lab-field", spellcheck: "false", autocomplete: "off", autocapitalize: "off",
      "data-setting": "formula", "aria-label": "formula in x and y", "aria-describedby": "sl-formula-wrong",
      onchange: () => this.controls.setFormula(input.value),
    });
    const said = element("p", { class: "sl-wrong", id: "sl-formula-wrong", role: "alert", hidden: true });
    const read = () => {
      const { wrong, own } = this.lab.reply;
      said.textContent = wrong;
      said.hidden = !wrong;
      input.setAttribute("aria-invalid", String(Boolean(wrong)));
      if (!wrong) this.last = input.value = own.name;
    };
    this.controls.knobs.push({ read });
    input.value = this.lab.reply.own.name;
    return element("div", { class: "sl-formula" }, element("span", {}, "z ="), input, said);
  }

  // From one number to another.
  bounds(axis, low, high) {
    const { far, small } = this.lab.offers.formula;
    const { shapes } = this.lab.reply.own;
    const get = (name) => this.controls.state.shape[name] ?? shapes[name].default;
    const field = (name, label, facts) => {
      const set = (value) => this.lab.change((state) => (state.shape[name] = value));
      const made = typed({ label, ...facts }, () => get(name), set, { "data-setting": `shape-${name}` });
      this.controls.knobs.push(made);
      return made;
    };
    const first = field(low, `${axis} from`, { least: far[0], most: () => get(high) - small });
    const last = field(high, `${axis} to`, { least: () => get(low) + small, most: far[1] });
    const words = [element("span", {}, `${axis} from`), first.input, element("span", {}, "to"), last.input];
    return element("div", { class: "sl-bounds" }, ...words, first.said, last.said);
  }
}

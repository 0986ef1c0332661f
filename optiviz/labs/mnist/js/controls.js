// The controls: a group for every optimiser, and one for what all of them share.

import { element } from "../../../player/js/dom.js";
import { choice, iconButton, outline, pair, plain, slider, swatch, textButton } from "../../../player/js/ui.js";

const PATIENCE =
  "Stop after so many evaluations, ten an epoch, without a smaller loss of 5000 images that are split off";
const patience = (n) => (n ? `after ${n} evaluation${n > 1 ? "s" : ""}` : "off");

export class Controls {
  // `changed` is called with the form whenever a control has been moved.
  constructor(facts, form, changed) {
    Object.assign(this, { facts, form: structuredClone(form) });
    this.changed = () => {
      this.used = null; // until Python has answered
      changed(structuredClone(this.form));
    };
    this.lanes = element("div");
    this.note = element("p", { class: "lab-note", role: "status" });
    this.typed = new Set(); // fields in which somebody writes
    this.shared = this.sharedGroup();
    const label = { class: "lab-controls", "aria-label": "Controls" };
    this.node = element("section", label, this.lanes, this.shared);
    this.drawLanes();
  }

  // Show another form: a link's, a session's, or one from before.
  adopt(form) {
    this.form = structuredClone(form);
    const shared = this.sharedGroup();
    this.shared.replaceWith(shared);
    this.shared = shared;
    this.drawLanes();
  }

  // ---- the optimisers

  drawLanes() {
    const groups = this.form.lanes.map((lane, i) => this.laneGroup(lane, i));
    const more = groups.length < this.facts.lanes ? [this.addButton()] : [];
    this.lanes.replaceChildren(...groups, ...more);
    this.mark();
  }

  laneGroup(lane, i) {
    const rules = Object.keys(this.facts.rules);
    const choose = choice("update rule", rules, lane.rule, (rule) => this.setLane(i, rule));
    const remove = iconButton(outline("remove"), `remove ${lane.rule}`, () => this.removeLane(i), {
      title: "Remove", disabled: this.form.lanes.length === 1,
    });
    const sliders = Object.entries(this.facts.rules[lane.rule]).map(([name, knob]) => {
      const label = { "aria-label": `${lane.rule}: ${knob.label}` };
      return this.slider(knob, name, lane, label).node;
    });
    return element(
      "fieldset",
      { class: "lab-group", "aria-label": `Optimiser ${i + 1}` },
      element("div", { class: "lab-group-head" }, element("span", { class: "lab-mark" }), choose, remove),
      ...sliders,
    );
  }

  addButton() {
    const rules = Object.keys(this.facts.rules);
    const add = () => {
      const { lanes } = this.form;
      this.setLane(lanes.length, rules.find((rule) => !lanes.some((lane) => lane.rule === rule)));
    };
    return textButton("+ optimiser", add, { class: "lab-add" });
  }

  // A rule with its usual settings in the place of another, or after all of them.
  setLane(i, rule) {
    const usual = Object.entries(this.facts.rules[rule]).map(([name, knob]) => [name, knob.default]);
    this.form.lanes[i] = { rule, ...Object.fromEntries(usual) };
    this.drawLanes();
    this.lanes.querySelectorAll("select")[i].focus();
    this.changed();
  }

  removeLane(i) {
    this.form.lanes.splice(i, 1);
    this.drawLanes();
    this.changed();
  }

  // ---- what all of them share

  sharedGroup() {
    const { facts, form, note } = this;
    const shared = (name, how) => this.slider(facts.common[name], name, form, how);
    const end = shared("end", { say: (share) => `${plain(100 * share)} %` });
    const fit = () => {
      end.input.disabled = !facts.schedules.find(({ name }) => name === form.schedule).ends;
    };
    const names = facts.schedules.map(({ name }) => name);
    const schedule = choice("decay schedule", names, form.schedule, (name) => {
      form.schedule = name;
      fit();
      this.changed();
    }, { "data-setting": "schedule" });
    fit();
    return element(
      "fieldset",
      { class: "lab-group" },
      element("legend", {}, "All optimisers"),
      shared("batch_size").node,
      pair("decay of η", schedule),
      end.node,
      shared("epochs").node,
      shared("patience", { say: patience, title: PATIENCE }).node,
      pair("hidden layers", this.hidden()),
      pair("seed", this.seed()),
      note,
    );
  }

  hidden() {
    return this.field("hidden", (text) => text, {
      "aria-label": "hidden layers, widths", maxlength: 60, spellcheck: "false", autocomplete: "off",
    });
  }

  seed() {
    const { values } = this.facts.common.seed;
    const range = { type: "number", min: values[0], max: values.at(-1), step: 1 };
    return this.field("seed", Number, { "aria-label": "seed", ...range }); // nothing typed is 0
  }

  field(name, read, attributes) {
    const type = (event) => {
      this.typed.add(name);
      this.form[name] = read(event.target.value);
      this.changed();
    };
    const leave = () => {
      this.typed.delete(name);
      this.correct();
    };
    const known = { class: "lab-field", "data-setting": name, value: this.form[name] };
    return element("input", { ...known, ...attributes, oninput: type, onchange: leave });
  }

  // A field that one has left shows what is used; why, the note says.
  correct() {
    for (const field of this.used ? this.shared.querySelectorAll(".lab-field") : []) {
      const name = field.dataset.setting;
      if (this.typed.has(name) || this.form[name] === this.used[name]) continue;
      field.value = this.form[name] = this.used[name];
    }
  }

  slider(knob, name, of, how = {}) {
    const set = (value) => {
      of[name] = value;
      this.changed();
    };
    return slider(knob, () => of[name], set, { "data-setting": name, ...how });
  }

  // ---- what Python has planned

  // `latest` says whether it answers the form as it is.
  plan({ state, lanes, notes }, theme, latest = true) {
    this.note.textContent = notes.join(" ");
    this.used = latest ? state : null;
    this.correct();
    this.marks = lanes.map(({ mark }) => ({ color: mark[theme], dash: mark.dash }));
    this.mark();
  }

  // The lines that the coming runs will have.
  mark() {
    [...this.lanes.querySelectorAll(".lab-group")].forEach((group, i) => {
      const mark = this.marks?.[i];
      if (!mark) return;
      group.style.setProperty("--lane", mark.color);
      group.querySelector(".lab-mark").replaceChildren(swatch(mark.color, mark.dash));
    });
  }
}

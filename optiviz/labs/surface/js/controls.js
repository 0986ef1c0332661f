// The controls: the surface and its start, a group for every optimiser, and the run.

import { element } from "../../../player/js/dom.js";
import { choice, focused, iconButton, pair, swatch, textButton } from "../../../player/js/ui.js";
import { Own } from "./own.js";
import { typed, typedSlider } from "./typed.js";

const NEXT = ["momentum", "adam", "sgd", "rmsprop"]; // the rules that are added, the first that is not there
const whole = (state) => state;
const unrated = (state) => state.lanes.map(({ lr, ...rest }) => rest); // each with its usual rate

export class Controls {
  // The lab has `offers`, `state`, `reply` and `player`; it is told of a change by its `change`.
  constructor(lab) {
    this.lab = lab;
    this.given = {}; // what was last set on every surface
    this.unfolded = new Set(); // what a person opened
    this.own = new Own(lab, this);
    this.node = element("section", { class: "lab-controls", "aria-label": "Controls" });
  }

  get state() {
    return this.lab.state;
  }

  // What there is to know of the surface that is chosen.
  get facts() {
    return this.lab.reply.own ?? this.lab.offers.problems.find(({ name }) => name === this.lab.reply.state.problem);
  }

  // A change of what there is to set, or of the colours, draws the controls anew; a change of
  // values only moves them.
  write() {
    const { lanes, schedule } = this.state;
    const problem = this.lab.reply.own ? null : this.facts.name;
    const { isDark } = this.lab.player.look;
    const structure = JSON.stringify([problem, lanes.map(({ rule }) => rule), schedule, isDark]);
    if (structure !== this.structure) {
      this.structure = structure;
      this.build(focused(this.node)?.dataset?.setting);
    }
    for (const knob of this.knobs) knob.read();
  }

  build(focus) {
    this.knobs = [];
    const groups = this.state.lanes.map((lane, i) => this.laneGroup(lane, i));
    this.node.replaceChildren(this.problemGroup(), ...groups, this.addButton(), this.runGroup());
    if (focus) this.node.querySelector(`[data-setting="${focus}"]`)?.focus();
  }

  // While a lesson is open only those settings are free whose names begin so; null: all of them.
  restrict(free) {
    this.node.hidden = free?.length === 0;
    if (free) for (const fold of this.node.querySelectorAll("details")) fold.open = true;
    const may = ({ dataset }) => !free || free.some((id) => dataset.setting?.startsWith(id));
    for (const tag of ["input", "select", "button"])
      for (const field of this.node.querySelectorAll(tag)) (field.closest("label") ?? field).inert = !may(field);
  }

  // What is rarely set, out of the way until it is asked for, or is not as usual.
  fold(id, ...rare) {
    if (!rare.length) return [];
    const usual = this.knobs.every(({ node, usual }) => !rare.includes(node) || usual());
    const open = !usual || this.unfolded.has(id);
    const made = element("details", { class: "lab-more", open, "data-fold": id });
    const onclick = () => this.unfolded[made.open ? "delete" : "add"](id);
    made.append(element("summary", { onclick }, "more"), ...rare);
    return [made];
  }

  // A slider for one value; the state is looked up anew, since replies replace it.
  knob(facts, of, name, id, whose = "") {
    const get = () => of(this.state)[name] ?? facts.default;
    const set = (value) => this.lab.change((state) => (of(state)[name] = value));
    const attributes = { "data-setting": id, "aria-label": facts.label + whose };
    const made = typedSlider(facts, get, set, attributes);
    made.usual = () => get() === facts.default;
    this.knobs.push(made);
    return made.node;
  }

  knobsOf(offered, of, id, whose) {
    return Object.entries(offered).map(([name, knob]) => this.knob(knob, of, name, `${id}-${name}`, whose));
  }

  // ---- the surface

  problemGroup() {
    const { problems } = this.lab.offers;
    const own = Boolean(this.lab.reply.own);
    const option = ({ name, title }) =>
      element("option", { value: name, selected: name === this.state.problem }, title);
    const group = (label, data) =>
      element("optgroup", { label }, ...problems.filter((known) => known.data === data).map(option));
    const choose = choice(
      "loss surface",
      [group("surfaces", false), group("with data", true), this.own.option(own)],
      this.state.problem,
      (name) => this.setProblem(name || this.own.formula),
      { "data-setting": "problem" },
    );
    const shapes = own ? [] : this.knobsOf(this.facts.shapes, (state) => state.shape, "shape");
    const first = own ? this.own.rows() : shapes.splice(0, 1);
    const head = element("div", { class: "lab-group-head" }, choose);
    const more = this.fold("shape", ...shapes);
    return element("section", { class: "lab-group" }, head, ...first, this.startRow(), ...more);
  }

  // Another surface has rates, steps and starts of its own, or those that one gave it before.
  setProblem(problem) {
    this.lab.change((state) => {
      this.given[state.problem] = structuredClone(state);
      const rules = ({ lanes }) => String(lanes.map(({ rule }) => rule));
      const before = this.given[problem];
      const lanes = unrated(state);
      Object.assign(state, { problem, shape: {}, start: null, batch: null, steps: null, lanes, pins: {} });
      if (before && rules(before) === rules(state)) Object.assign(state, before);
    });
  }

  // Another formula within the same bounds: what suited the one before need not suit it.
  setFormula(formula) {
    this.lab.change((state) => {
      Object.assign(state, { problem: formula, start: null, lanes: unrated(state) });
    });
  }

  startRow() {
    const usual = iconButton("⟲", "the usual start", () => this.lab.setStart(null), { title: "The usual start" });
    const label = element("span", { title: "Or click the picture" }, "start");
    const fields = [0, 1].map((axis) => this.startField(axis));
    const [inputs, words] = [fields.map(({ input }) => input), fields.map(({ said }) => said)];
    return element("div", { class: "sl-start" }, label, ...inputs, usual, ...words);
  }

  startField(axis) {
    const [least, most] = [0, 1].map((end) => () => this.facts.bounds[axis][end]); // which may move
    const now = () => this.state.start ?? this.lab.reply.start;
    const field = typed(
      { label: `start, ${this.facts.axes[axis]}`, least, most },
      () => now()[axis],
      (value) => this.lab.setStart(now().with(axis, value)),
      { "data-setting": `start-${axis}` },
    );
    this.knobs.push(field);
    return field;
  }

  // ---- the optimisers

  laneGroup(lane, i) {
    const { offers, player } = this.lab;
    const run = player.runs[i];
    const color = run ? player.colorOf(run) : "currentColor";
    const set = (rule) => this.lab.change((state) => (state.lanes[i] = { rule }));
    const rules = Object.keys(offers.rules);
    const choose = choice(`optimiser ${i + 1}`, rules, lane.rule, set, { "data-setting": `rule-${i}` });
    const remove = iconButton("✕", `remove ${lane.rule}`, () => this.lab.change(({ lanes }) => lanes.splice(i, 1)), {
      title: "Remove", disabled: this.state.lanes.length < 2,
    });
    const head = element("div", { class: "lab-group-head" }, swatch(color, run?.dash ?? []), choose, remove);
    const whose = ` of ${i + 1}, ${lane.rule}`;
    const knobs = this.knobsOf(offers.rules[lane.rule], ({ lanes }) => lanes[i] ?? {}, `lane-${i}`, whose);
    const facts = { class: "lab-group", style: `--lane:${color}`, "aria-label": `${lane.rule} ${i + 1}` };
    return element("section", facts, head, ...knobs.slice(0, 2), ...this.fold(`lane-${i}`, ...knobs.slice(2)));
  }

  addButton() {
    const { lanes } = this.state;
    const rule = NEXT.find((name) => !lanes.some((lane) => lane.rule === name)) ?? "sgd";
    const add = () => this.lab.change((state) => state.lanes.push({ rule }));
    return textButton("+ optimiser", add, { class: "lab-add", disabled: lanes.length >= this.lab.offers.lanes });
  }

  // ---- the run

  runGroup() {
    const { offers } = this.lab;
    const { schedule } = this.state;
    const set = (name) => this.lab.change((state) => Object.assign(state, { schedule: name, decay: {} }));
    const names = Object.keys(offers.schedules);
    const decay = choice("decay schedule of η", names, schedule, set, { "data-setting": "schedule" });
    const { batch } = this.facts;
    const [steps, seed] = ["steps", "seed"].map((name) => {
      const [least, most] = offers.typed[name];
      return { ...offers[name], least, most };
    });
    const decays = pair("decay of η", decay);
    this.knobs.push({ node: decays, read: () => {}, usual: () => this.state.schedule === "constant" });
    return element(
      "section",
      { class: "lab-group" },
      batch ? this.knob(batch, whole, "batch", "batch") : "",
      this.knob(steps, whole, "steps", "steps"),
      ...this.fold(
        "run",
        decays,
        ...this.knobsOf(offers.schedules[schedule], (state) => state.decay, "decay"),
        ...(batch ? [this.knob(seed, whole, "seed", "seed")] : []),
      ),
    );
  }
}

// The MNIST lab's page: controls, curves, runs, digits. It computes nothing that Python can say.

import { element, say } from "../../../player/js/dom.js";
import { view } from "../../../player/js/numbers.js";
import {
  copied, copyButton, download, guest, heading, iconButton, lookOf, onModel, outline, ownPage, settled, theming,
} from "../../../player/js/ui.js";
import { Steps } from "../../js/undo.js";
import { Charts } from "./charts.js";
import { Controls } from "./controls.js";
import { Downloads } from "./downloads.js";
import { Kept } from "./kept.js";
import { Lessons } from "./lessons.js";
import { Looks } from "./looks.js";
import { Panels } from "./panels.js";
import { Pins } from "./pins.js";
import { presents } from "./present.js";
import { inSeconds } from "./scales.js";
import { RunTable } from "./table.js";
import { Transport } from "./transport.js";
import { differences, ending, namesOf } from "./words.js";

const ANSWERED = ["train", "csv", "weights"]; // always, and soon
const ASKED = /^(optim|batch-size|epochs|seed|schedule|end|hidden|patience)$/; // of a link, by which one is known
const NAMED = 6; // runs that have room for their names at their lines' ends, where one presents
const SAID = 2500; // milliseconds that a word of the page's own stays
const NEXT = "What is set now applies to the next run.";

class MnistLab {
  constructor(model, host) {
    this.model = model;
    this.gone = new AbortController();
    this.runs = [];
    this.names = new Map();
    this.serial = model.get("plan").serial; // of what was asked last
    this.curves = new Map(); // of each run, its evaluations and what came after the last
    this.hidden = new Set(); // runs that are not drawn
    this.asked = new URLSearchParams(ownPage() ? location.search : "");
    this.root = element("div", { class: "lab mnist-lab", tabindex: "-1" });
    this.build(model.get("facts"), host, this.gone.signal);
    this.silence = guest(host, this.root, this.gone.signal);
    this.listen(this.gone.signal);
    this.theme.set();
    this.send("hello");
    this.begin();
  }

  build({ symbols, session: head, lessons, ...facts }, host, signal) {
    const send = (type, about) => this.send(type, about);
    this.head = head; // of a session
    this.symbols = symbols;
    this.past = new Steps(signal);
    this.pins = new Pins(this);
    this.theme = theming(this.root, () => this.take(), signal, this.asked.get("look"));
    this.theme.button.title = "Light or dark (D)";
    this.charts = new Charts(this.root, symbols, () => this.visible, signal, (epoch) => this.table.point(epoch));
    this.controls = new Controls(facts, this.model.get("plan").state, (form) => this.set(form));
    // What is seen is what is trained, also where the form's last change is still on its way.
    this.transport = new Transport((type) => this.press(type));
    this.lessons = new Lessons(this, lessons);
    const tick = (run, drawn) => this.tick(run, drawn);
    const pin = (run) => this.pins.toggle(this.runs.find((one) => one.run === run));
    this.table = new RunTable(symbols, send, tick, (run) => this.toldOf(run), pin);
    this.looks = new Looks(this, signal);
    this.panels = new Panels(this.looks.enlarged);
    const parts = [this.looks, this.transport, this.table].map(({ node }) => node);
    const stage = element("main", { class: "lab-stage" }, ...parts, this.commandLine());
    const left = element("div", { class: "sl-left" }, this.lessons.panel.node, this.controls.node);
    const columns = element("div", { class: "lab-columns" }, left, stage, this.panels.node);
    this.root.append(this.header(host, signal), columns, this.looks.enlarged.node);
    this.stepLater = settled(() => this.step(), 500, signal);
    this.quietLater = settled(() => this.say(""), SAID * 2, signal);
  }

  header(host, signal) {
    this.downloads = new Downloads(this);
    this.kept = new Kept(this, signal);
    const space = element("span", { class: "lab-space" });
    const link = copyButton("Copy link", () => this.link(), signal);
    const left = [heading("MNIST lab"), this.lessons.panel.button, space, this.past.buttons.node, this.kept.node];
    const right = [...this.downloads.nodes, link, presents(this, host, signal), this.theme.button];
    return element("header", { class: "lab-header" }, ...left, ...right);
  }

  tick(run, drawn) {
    this.hidden[drawn ? "delete" : "add"](run);
    this.downloads.write();
    this.charts.ask();
  }

  commandLine() {
    this.code = element("code", { tabindex: 0, "aria-label": "the command that repeats this run" });
    const said = element("span", { class: "lab-copied", role: "status" });
    const quiet = settled(() => (said.textContent = ""), SAID, this.gone.signal);
    const copy = async () => {
      const done = await copied(this.code.textContent);
      if (!done) getSelection().selectAllChildren(this.code);
      said.textContent = done ? "copied" : "selected: copy it with Ctrl-C";
      quiet();
    };
    const button = iconButton(outline("copy"), "copy the command", copy, { title: "Copy the command" });
    return element("div", { class: "lab-command" }, this.code, said, button);
  }

  // ---- to Python and back

  // What the page was opened with: the runs that this tab had, and the settings of the address.
  begin() {
    this.kept.begin();
    if (this.asked.has("lesson")) this.lessons.open(this.asked.get("lesson"));
    else if ([...this.asked.keys()].some((key) => ASKED.test(key))) this.adopt({ query: location.search });
    this.before = this.plain;
  }

  send(type, about = null) {
    if (ANSWERED.includes(type)) this.silence.asked();
    const say = (type) => this.model.send({ type, about });
    if (type === "remove") this.past.add(() => say("restore"), () => say(type));
    say(type);
  }

  // What is trained now is seen, also where a lesson has had its own runs seen alone.
  press(type) {
    if (type === "train" && this.lessons.phase) this.lessons.drop();
    this.send(type, type === "train" ? this.asking : null);
  }

  get asking() {
    return { ...this.controls.form, serial: this.serial };
  }

  ask(form) {
    this.serial += 1;
    this.model.set("form", { ...form, serial: this.serial });
    this.model.save_changes();
  }

  // Have the controls show what Python makes of it: of a link, or of a state from before.
  adopt(form) {
    this.ask(form);
    this.adopting = this.serial; // the number of the answer to come
  }

  // The same of a session's controls, which go another way: the number of the answer to come.
  awaitAnswer() {
    this.serial += 1;
    this.adopting = this.serial;
    return this.serial;
  }

  set(form) {
    this.ask(form);
    this.stepLater();
  }

  get plain() {
    return JSON.stringify(this.controls.form);
  }

  // The controls have come to rest: what they were before can be had back.
  step() {
    const [before, after] = [this.before, this.plain];
    if (before === after) return;
    this.before = after;
    const back = (text) => {
      this.before = text;
      this.adopt(JSON.parse(text));
    };
    this.past.add(() => back(before), () => back(after));
  }

  listen(signal) {
    for (const name of ["plan", "runs", "status", "seen"])
      onModel(this.model, `change:${name}`, () => this.take(name), signal);
    onModel(this.model, "msg:custom", (message, buffers) => this.hear(message, buffers), signal);
    window.addEventListener("optiviz-back", () => this.send("hello"), { signal }); // the server is there again
  }

  hear(message, buffers) {
    this.silence.heard();
    if (message.type === "teach") return this.lessons.refuse(message.error);
    if (message.error) this.say(message.error);
    if (message.type === "file") download(message.name, view(buffers[0]), message.mime);
    if (message.type !== "rows") return this.looks.hear(message, buffers);
    const known = this.pointsOf(message.run).slice(0, message.since);
    this.curves.set(message.run, { rows: [...known, ...message.rows], tip: message.tip });
    this.charts.ask();
    this.kept.later();
  }

  // Show what Python has said under one name, or all of it.
  take(name = null) {
    if (name) this.silence.heard();
    const [all, model] = [name === null, this.model];
    const { theme } = this.root.dataset;
    if (all || name === "runs") this.takeRuns(model.get("runs"), theme);
    if (all || name === "plan") this.takePlan(model.get("plan"), theme);
    if (all || name === "runs" || name === "status") this.takeStatus(model.get("status"));
    if (all || name === "seen") this.takeSeen(model.get("seen"));
    this.writeCommand(model.get("plan"));
  }

  takeRuns(runs, theme) {
    this.runs = runs;
    this.names = namesOf(runs, this.symbols);
    for (const run of this.pins.among(runs))
      this.names.set(run.run, `${this.pins.letterOf(run)}: ${this.names.get(run.run)}`);
    this.table.show(this.listed, theme);
    this.downloads.write();
    this.charts.ask();
    this.looks.fit();
    this.kept.take(runs);
    this.lessons.take(runs);
  }

  // A lesson leaves others to be seen than before.
  fit() {
    this.takeRuns(this.runs, this.root.dataset.theme);
    this.writeAddress();
  }

  takePlan(plan, theme) {
    const latest = plan.serial === this.serial;
    if (latest && this.adopting === this.serial) {
      this.controls.adopt(plan.state);
      this.before = this.plain;
      this.adopting = null;
    }
    this.controls.plan(plan, theme, latest);
    if (latest) this.writeAddress();
    this.takeStatus(this.model.get("status"));
  }

  writeAddress() {
    const { query } = this.model.get("plan");
    if (this.before && ownPage()) history.replaceState(history.state, "", `?${this.lessons.query ?? query}`);
  }

  takeStatus(status) {
    const racing = this.runs.filter((run) => run.racing);
    this.transport.show(status, this.runs.length > 0, ending(racing, this.names));
    const planned = this.model.get("plan").lanes;
    const same = ({ command }) => racing.some((run) => run.command === command);
    const next = status.phase === "training" && !planned.every(same) ? NEXT : "";
    this.transport.say(this.said || status.told || next);
  }

  takeSeen(seen) {
    this.panels.show(seen, this.names.get(seen.run) ?? "", lookOf(this.root));
  }

  // A word of the page's own, for a while.
  say(words) {
    this.said = words;
    this.takeStatus(this.model.get("status"));
    if (words) this.quietLater();
  }

  // The command of the run that is looked at, or of the first that is planned.
  writeCommand({ lanes }) {
    const { command } = this.shown ?? lanes[0];
    say(this.code, command);
  }

  link() {
    const address = ownPage() ? location.origin + location.pathname : "";
    return `${address}?${this.lessons.query ?? this.model.get("plan").query}&look=${this.root.dataset.theme}`;
  }

  // The curves over seconds, or over epochs.
  over(seconds) {
    this.charts.seconds = seconds;
    this.table.at = seconds ? "at second" : null;
    this.charts.ask();
  }

  toldOf(run) {
    const rows = this.pointsOf(run);
    return this.charts.seconds ? rows.map(inSeconds) : rows;
  }

  pointsOf(run) {
    return this.curves.get(run)?.rows ?? [];
  }

  get idle() {
    return this.model.get("status").phase !== "training";
  }

  get shown() {
    return this.runs.find((run) => run.shown);
  }

  // The runs of the table: those of a lesson, or the pinned ones before all others; with what is written at
  // their lines' ends.
  get listed() {
    const { lessons, pins, presenting, runs } = this;
    const few = presenting?.on && runs.length <= NAMED && !pins.among(runs).length;
    if (!lessons.phase && !few) return pins.first(runs);
    const seen = lessons.seen(runs);
    const labels = differences(seen, this.symbols);
    return seen.map((run, i) => ({ ...run, label: labels[i] || run.rule }));
  }

  get visible() {
    const drawn = this.listed.filter(({ run }) => !this.hidden.has(run));
    return drawn.map((run) => ({ ...run, ...(this.curves.get(run.run) ?? { rows: [] }) }));
  }
}

export function render({ model, el }) {
  const lab = new MnistLab(model, el);
  return () => lab.gone.abort();
}

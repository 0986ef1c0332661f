// The MNIST lab's page: controls, curves, runs, digits. It computes nothing that Python can say.

import { element } from "../../../player/js/dom.js";
import { view } from "../../../player/js/numbers.js";
import {
  copied, download, guest, heading, iconButton, lookOf, onModel, outline, spoken, theming,
} from "../../js/ui.js";
import { Charts } from "./charts.js";
import { Controls } from "./controls.js";
import { Panels } from "./panels.js";
import { RunTable } from "./table.js";
import { Transport } from "./transport.js";

const ANSWERED = ["train", "csv", "weights"]; // always, and soon

class MnistLab {
  constructor(model, host) {
    this.model = model;
    this.gone = new AbortController();
    this.runs = [];
    this.curves = new Map(); // of each run, its evaluations and what came after the last
    this.hidden = new Set(); // runs that are not drawn
    this.root = element("div", { class: "lab", tabindex: "-1" });
    this.build(model.get("facts"), this.gone.signal);
    this.silence = guest(host, this.root, this.gone.signal);
    this.listen(this.gone.signal);
    this.theme.set();
    this.send("hello");
  }

  build({ symbols, ...facts }, signal) {
    const send = (type, about) => this.send(type, about);
    this.theme = theming(this.root, () => this.take(), signal);
    this.charts = new Charts(this.root, symbols, () => this.visible, signal);
    this.controls = new Controls(facts, this.model.get("form"), (form) => {
      this.model.set("form", form);
      this.model.save_changes();
    });
    // What is seen is what is trained, also where the form's last change is still on its way.
    this.transport = new Transport((type) => send(type, type === "train" ? this.controls.form : null));
    this.table = new RunTable(symbols, send, (run, drawn) => {
      this.hidden[drawn ? "delete" : "add"](run);
      this.charts.ask();
    });
    this.panels = new Panels();
    const parts = [this.charts, this.transport, this.table].map(({ node }) => node);
    const stage = element("main", { class: "lab-stage" }, ...parts, this.commandLine());
    const columns = element("div", { class: "lab-columns" }, this.controls.node, stage, this.panels.node);
    this.root.append(this.header(), columns);
  }

  header() {
    const word = (text) => element("span", { class: "lab-word" }, text); // not on a phone
    const button = (name, title, words, action) => {
      const facts = { type: "button", "data-file": name, title: `Download ${title}` };
      return element("button", { ...facts, onclick: action }, word("↓ "), ...words);
    };
    const keys = () => this.visible.map(({ run }) => run);
    const save = async () => download("mnist-lab.png", await this.charts.picture(), "image/png");
    const weights = () => this.shown && this.send("weights", this.shown.run);
    this.files = [
      button("csv", "CSV", ["CSV"], () => this.send("csv", keys())),
      button("png", "PNG", ["PNG"], save),
      button("weights", "weights.npz", ["weights", word(".npz")], weights),
    ];
    const space = element("span", { class: "lab-space" });
    return element("header", { class: "lab-header" }, heading("MNIST lab"), space, ...this.files, this.theme.button);
  }

  commandLine() {
    this.code = element("code", { tabindex: 0, "aria-label": "the command that repeats this run" });
    const said = spoken();
    const copy = async () => {
      const done = await copied(this.code.textContent);
      if (!done) getSelection().selectAllChildren(this.code);
      said.textContent = done ? "copied" : "selected: copy it with Ctrl-C";
    };
    const button = iconButton(outline("copy"), "copy the command", copy, { title: "Copy the command" });
    return element("div", { class: "lab-command" }, this.code, button, said);
  }

  // ---- to Python and back

  send(type, about = null) {
    if (ANSWERED.includes(type)) this.silence.asked();
    this.model.send({ type, about });
  }

  listen(signal) {
    for (const name of ["plan", "runs", "status", "seen"])
      onModel(this.model, `change:${name}`, () => this.take(name), signal);
    onModel(this.model, "msg:custom", (message, buffers) => this.hear(message, buffers), signal);
  }

  hear(message, buffers) {
    this.silence.heard();
    if (message.type === "file") download(message.name, view(buffers[0]), message.mime);
    if (message.type !== "rows") return;
    const known = this.curves.get(message.run)?.rows.slice(0, message.since) ?? [];
    this.curves.set(message.run, { rows: [...known, ...message.rows], tip: message.tip });
    this.charts.ask();
  }

  // Show what Python has said under one name, or all of it.
  take(name = null) {
    if (name) this.silence.heard();
    const [all, model] = [name === null, this.model];
    const { theme } = this.root.dataset;
    if (all || name === "runs") this.takeRuns(model.get("runs"), theme);
    if (all || name === "plan") this.controls.plan(model.get("plan"), theme);
    if (all || name === "status") this.transport.show(model.get("status"), this.runs.length > 0);
    if (all || name === "seen") this.takeSeen(model.get("seen"));
    this.writeCommand(model.get("plan"));
  }

  takeRuns(runs, theme) {
    this.runs = runs;
    this.table.show(runs, theme);
    for (const file of this.files) file.disabled = !runs.length;
    this.charts.ask();
  }

  takeSeen(seen) {
    const run = this.runs.find(({ run }) => run === seen.run);
    this.panels.show(seen, run?.rule ?? "", lookOf(this.root));
  }

  // The command of the run that is looked at, or of the first that is planned.
  writeCommand({ lanes }) {
    const { command } = this.shown ?? lanes[0];
    if (this.code.textContent !== command) this.code.textContent = command;
  }

  get shown() {
    return this.runs.find((run) => run.shown);
  }

  get visible() {
    const drawn = this.runs.filter(({ run }) => !this.hidden.has(run));
    return drawn.map((run) => ({ ...run, ...(this.curves.get(run.run) ?? { rows: [] }) }));
  }
}

export function render({ model, el }) {
  const lab = new MnistLab(model, el);
  return () => lab.gone.abort();
}

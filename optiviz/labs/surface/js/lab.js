// The surface lab's page: controls at the left, the player, a map beside the path, files to take.

import { element, say } from "../../../player/js/dom.js";
import { view } from "../../../player/js/numbers.js";
import { Player } from "../../../player/js/player.js";
import {
  atEnd, copyButton, download, guest, heading, onKeys, onModel, ownPage, settled, textButton, theming,
} from "../../../player/js/ui.js";
import { Controls } from "./controls.js";
import { Family } from "./family.js";
import { HELP } from "./keys.js";
import { Lessons } from "./lessons.js";
import { RateMapView } from "./map.js";
import { Past } from "./past.js";
import { Pins } from "./pins.js";
import { Sessions } from "./sessions.js";
import { TakeAway } from "./takeaway.js";

// The words of a link that Python reads, or how they begin.
const ASKED = /^(problem|optim|steps|start|schedule|batch|seed|pin-|t$)/;
const TABS = [["curves", "Curves"], ["eigen", "Eigen-directions"], ["map", "Map of η and β"]];

// What is said where nothing else is to be: the room of a note is always there, so that none moves the picture.
const USUAL = "Drag a slider: the path follows. Click the picture: it starts there. “?” tells all keys and words.";

// With a capital, as a sentence begins; a symbol stays as it is.
const sentence = (words) => words.replace(/^[a-z]/, (letter) => letter.toUpperCase());

class SurfaceLab {
  constructor(model, host) {
    this.model = model;
    this.offers = model.get("offers");
    this.serial = 0; // of what was sent last
    this.gone = new AbortController();
    this.asked = new URLSearchParams(ownPage() ? location.search : "");
    const { signal } = this.gone;
    this.past = ownPage() ? new Past((query) => this.restore(query), signal) : null;
    this.build(host, signal);
    this.mapLater = settled(() => this.map.ask(), 200, signal);
    this.linkLater = settled(() => this.writeLink(), 400, signal);
    onModel(model, "change:reply", () => this.take(), signal);
    onModel(model, "msg:custom", (message, buffers) => this.hear(message, buffers), signal);
    // A link is read by Python, which answers with the state; without one the usual start is there.
    if (this.asked.has("lesson")) this.lessons.open(this.asked.get("lesson"));
    else if ([...this.asked.keys()].some((key) => ASKED.test(key))) this.ask({ query: location.search });
    if (!this.serial) this.take();
  }

  build(host, signal) {
    this.root = element("div", { class: "lab surface-lab", tabindex: "-1" });
    this.root.classList.toggle("sl-page", ownPage());
    this.theme = theming(this.root, () => this.setTheme(), signal, this.asked.get("look"));
    this.theme.set();
    this.stage = element("div");
    this.note = element("p", { class: "sl-note", role: "status" });
    this.controls = new Controls(this);
    this.theme.button.title = "Light or dark (D)";
    this.takeAway = new TakeAway(this, signal);
    this.lessons = new Lessons(this, signal);
    this.sessions = new Sessions(this);
    const main = element("main", { class: "sl-main" }, this.note, this.stage);
    const left = element("div", { class: "sl-left" }, this.lessons.panel.node, this.controls.node);
    this.columns = element("div", { class: "lab-columns" }, left, main);
    this.root.append(this.header(signal), this.columns, this.takeAway.node);
    this.silence = guest(host, this.root, signal);
    const onStart = (start) => this.setStart(start);
    const facts = { title: false, wheel: true, theme: this.root.dataset.theme, host };
    this.player = new Player(this.stage, { ...facts, onStart });
    this.player.overlay = (plane, context) => this.drawn(plane, context);
    this.player.turnTheme = () => this.theme.button.click(); // all of the page, not the player alone
    // Presented, a clicker leads through the lessons if they are there, else through what happens.
    const through = this.player.turn;
    this.player.turn = (by) => (this.lessons.panel.shut ? through.call(this.player, by) : this.lessons.turn(by));
    this.player.help.more = HELP;
    this.addBeside(signal);
    atEnd(signal, () => this.player.dispose());
    this.map = new RateMapView(this, signal);
    this.noAxes = element("p", { class: "sl-no-axes" });
  }

  // Pinned runs and the family, in the row of what is shown of the picture.
  addBeside(signal) {
    this.hand = { lane: 0, setting: null };
    const hold = ({ target }) => {
      const [, lane, setting] = /^lane-(\d)-(\w+)$/.exec(target.dataset?.setting) ?? [];
      if (lane) this.hand = { lane: Number(lane), setting };
    };
    for (const name of ["input", "focusin"]) this.controls.node.addEventListener(name, hold, { signal });
    this.pins = new Pins(this);
    this.family = new Family(this, signal);
    this.player.transport.said.before(this.pins.node, this.family.node);
    // The player hears the keys of its own ground; presenting begins from anywhere.
    const heard = ({ target }) => target === document.body || this.player.root.contains(target);
    const p = (event) => heard(event) || this.player.presenting.toggle();
    onKeys(this.root, { k: () => this.pins.pin(), f: () => this.family.toggle(), p }, signal);
  }

  showBeside() {
    this.player.setBeside([...this.family.runs, ...this.pins.runs]);
  }

  // Every drawing of the plane comes by here; where it stands still, the address keeps the step.
  drawn(plane, context) {
    this.lessons.draw(plane, context);
    if (!this.player.playing) this.linkLater();
  }

  header(signal) {
    const titles = ["Situations …", ...this.offers.situations.map(({ title }) => title)];
    this.situations = element(
      "select",
      { "aria-label": "Situations from the lecture", onchange: () => this.playSituation() },
      ...titles.map((title, i) => element("option", { value: i - 1 }, title)),
    );
    return element(
      "header",
      { class: "lab-header" },
      heading("Surface lab"),
      this.situations,
      this.lessons.panel.button,
      element("span", { class: "lab-space" }),
      ...(this.past ? [this.past.node] : []),
      this.sessions.node,
      textButton("Take away", () => this.takeAway.open(), { "aria-haspopup": "dialog" }),
      copyButton("Copy link", () => this.link(), signal),
      this.theme.button,
    );
  }

  // ---- to Python and back

  // Python takes the latest wish only: messages wait in the page while it computes.
  ask(wish) {
    this.silence.asked();
    this.root.setAttribute("aria-busy", "true");
    this.model.set("sent", { serial: ++this.serial, ...wish });
    this.model.save_changes();
  }

  // Change the state and have it run. What was to be looked at in a situation is over, unless it
  // `stays`; with `plays` the runs are played from their start.
  change(edit, { stays = false, plays = false } = {}) {
    edit(this.state);
    if (!stays) this.looking = null;
    this.playNext ||= plays;
    this.ask({ controls: this.state });
  }

  setStart(start) {
    if (this.lessons.holds(start)) return;
    this.change((state) => (state.start = start), { stays: true });
  }

  playSituation() {
    const situation = this.offers.situations[this.situations.value];
    this.situations.value = -1;
    if (!situation) return;
    this.lessons.close();
    this.looking = situation.look;
    this.playNext = this.anew = true;
    this.ask({ query: situation.link });
  }

  take() {
    this.silence.heard();
    this.reply = this.model.get("reply");
    const latest = !this.serial || this.reply.serial === this.serial;
    const first = !this.state;
    if (latest || first) this.state = structuredClone(this.reply.state);
    if (this.problem !== this.reply.problem) this.player.setGround(view(this.model.get("ground")));
    this.problem = this.reply.problem;
    // Other pins are no change of the runs: what these were before is still to be compared with.
    const paths = this.model.get("paths");
    if (paths !== this.paths || !this.player.runs.length) this.player.setPaths(view(paths));
    this.paths = paths;
    this.hand.lane = Math.min(this.hand.lane, this.state.lanes.length - 1);
    this.pins.take();
    this.showBeside();
    if (first) this.begin();
    const { notes, python } = this.reply;
    this.say(notes.length ? notes.map(sentence).join(" ") : this.looking, notes.length > 0);
    this.writeCommand();
    this.noAxes.textContent = this.reply.noAxes;
    this.mapLater();
    if (this.lessons.held) this.family.leave();
    else this.family.ask();
    this.linkLater();
    if (latest) this.settle();
    if (!first) this.player.drawNow();
  }

  // What the first paths make possible.
  begin() {
    this.addTabs();
    this.writeLink();
  }

  // Python has answered all that was asked.
  settle() {
    this.controls.write();
    this.root.removeAttribute("aria-busy");
    this.lessons.settled();
    if (this.anew) this.lessons.keep([]); // what was there before has nothing to do with it
    this.anew = false;
    if (this.reply.step !== null) this.player.goTo(this.reply.step);
    if (!this.playNext) return;
    this.playNext = false;
    this.player.goTo(0);
    this.player.play();
  }

  say(words, warns) {
    const told = words || USUAL;
    say(this.note, told);
    this.note.classList.toggle("lab-note", warns);
    this.note.classList.toggle("sl-usual", !words);
  }

  hear({ type, name, mime, met, error, ...told }, buffers) {
    if (type === "map" && error) this.map.fail(error);
    else if (type === "map") this.map.take(view(buffers[0]));
    else if (type === "family" && error) this.family.fail(error);
    else if (type === "family") this.family.take(view(buffers[0]));
    else if (type === "plan") this.takeAway.promise({ ...told, error });
    else if (type === "judge") this.lessons.judge(Boolean(met));
    else if (error) this.takeAway.say(error);
    else if (type === "file") {
      download(name, view(buffers[0]), mime);
      this.takeAway.say(`${name} is in your downloads.`);
    }
  }

  // ---- to take away

  get looks() {
    return this.player.look.isDark ? "dark" : "light";
  }

  // The part of the plane that is seen, where it is another than the surface's own.
  get bounds() {
    const { moved, view, unit } = this.player.plane;
    const digits = Math.max(0, Math.ceil(-Math.log10(unit)));
    return moved ? view.flat().map((end) => Number(end.toFixed(Math.min(digits, 12)))).join() : null;
  }

  writeCommand(ending = ".gif") {
    const { commands, python } = this.reply;
    this.takeAway.writeCommand(commands[ending], this.looks, this.bounds);
    this.takeAway.writePython(python, this.looks, this.bounds);
  }

  link() {
    // Not "theme": that is Voilà's own word, and costs the page the kernel that waits for it.
    const address = ownPage() ? location.origin + location.pathname : "";
    return `${address}?${this.query}&look=${this.looks}&t=${this.player.step}`;
  }

  get query() {
    return this.lessons.query ?? this.reply.query;
  }

  // What the address holds: the state, the pinned runs, and the step where it is not the last.
  get step() {
    const { step, steps } = this.player;
    return this.lessons.query || step === steps ? "" : `&t=${step}`;
  }

  // What the address held before: a lesson is opened anew, anything else ends it.
  restore(query) {
    const lesson = new URLSearchParams(query).get("lesson");
    if (lesson) return this.lessons.open(lesson);
    if (this.lessons.phase) this.lessons.close();
    return this.ask({ query });
  }

  // The address holds the state, so that reloading the page keeps it; what the page was opened with
  // stays until it has been read.
  writeLink() {
    if (this.reply.serial === this.serial) this.past?.keep(this.query, this.step);
  }

  // ---- how it looks

  setTheme() {
    if (!this.state) return;
    this.player.setTheme(this.root.dataset.theme);
    this.controls.write();
    this.pins.write();
    this.family.write();
    this.lessons.cover();
    this.writeCommand();
    this.map.draw();
  }

  // The map shares the right column with the curves; tabs choose where there is room for one.
  addTabs() {
    const tab = ([name, words]) =>
      textButton(words, () => this.showSide(name), { class: "ov-chip", "data-tab": name });
    this.tabs = element("div", { class: "sl-tabs", role: "group", "aria-label": "Beside the path" }, ...TABS.map(tab));
    this.player.side.before(this.tabs);
    this.player.side.after(this.noAxes, this.map.node, this.lessons.veil);
    this.showSide("curves");
  }

  showSide(name) {
    this.columns.dataset.side = name;
    this.player.shows.axes = name === "eigen";
    for (const tab of this.tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.tab === name));
    this.map.ask();
    this.player.redraw();
  }
}

export function render({ model, el }) {
  const lab = new SurfaceLab(model, el);
  return () => lab.gone.abort();
}

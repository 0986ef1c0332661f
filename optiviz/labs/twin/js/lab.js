// The twin lab's page: the toy at the left, the network at the right, under the same rule.

import { element } from "../../../player/js/dom.js";
import { view } from "../../../player/js/numbers.js";
import { Player } from "../../../player/js/player.js";
import { atEnd, copyButton, guest, heading, onModel, ownPage, settled, theming } from "../../../player/js/ui.js";
import { Controls } from "./controls.js";
import { Lessons } from "./lessons.js";
import { Sides } from "./sides.js";

// The words of a link that Python reads.
const ASKED = /^(lr|beta|batch|updates|seed|schedule|at|trained)$/;

class TwinLab {
  constructor(model, host) {
    this.model = model;
    this.offers = model.get("offers");
    this.reply = model.get("reply");
    this.state = structuredClone(this.reply.state);
    this.serial = 0; // of what was sent last
    this.gone = new AbortController();
    this.asked = new URLSearchParams(ownPage() ? location.search : "");
    const { signal } = this.gone;
    this.build(host, signal);
    this.linkLater = settled(() => this.writeLink(), 400, signal);
    onModel(model, "change:reply", () => this.take(), signal);
    this.take();
    if (this.asked.has("lesson")) this.lessons.open(this.asked.get("lesson"));
    else if ([...this.asked.keys()].some((key) => ASKED.test(key))) this.ask({ query: location.search });
  }

  build(host, signal) {
    this.root = element("div", { class: "lab twin-lab", tabindex: "-1" });
    this.root.classList.toggle("tw-page", ownPage());
    this.theme = theming(this.root, () => this.setTheme(), signal, this.asked.get("look"));
    this.theme.set();
    this.stage = element("div");
    this.note = element("p", { class: "lab-note tw-note", role: "status", hidden: true });
    this.controls = new Controls(this);
    this.sides = new Sides((type) => this.press(type));
    this.lessons = new Lessons(this, this.offers.lessons);
    const parts = [this.lessons.panel.node, this.sides.buttons, this.controls.node];
    const left = element("div", { class: "sl-left tw-left" }, ...parts);
    const main = element("main", { class: "tw-main" }, this.note, this.sides.node, this.stage);
    this.columns = element("div", { class: "lab-columns" }, left, main);
    this.root.append(this.header(signal), this.columns);
    this.silence = guest(host, this.root, signal);
    const facts = { title: false, wheel: true, theme: this.root.dataset.theme, host };
    this.player = new Player(this.stage, facts);
    this.player.turnTheme = () => this.theme.button.click();
    atEnd(signal, () => this.player.dispose());
  }

  header(signal) {
    const link = copyButton("Copy link", () => this.link(), signal);
    const command = copyButton("Copy command", () => this.reply.command, signal);
    command.title = "What makes a film of the same";
    command.classList.add("tw-command");
    const space = element("span", { class: "lab-space" });
    const last = [link, command, this.theme.button];
    const first = [heading("Twin lab"), this.lessons.panel.button];
    return element("header", { class: "lab-header" }, ...first, space, ...last);
  }

  // ---- to Python and back

  ask(wish) {
    this.linked = "query" in wish; // what it says, only Python knows
    this.silence.asked();
    this.root.setAttribute("aria-busy", "true");
    this.model.set("sent", { serial: ++this.serial, ...wish });
    this.model.save_changes();
  }

  change(edit) {
    this.lessons.leaveBe();
    edit(this.state);
    this.ask({ controls: this.state });
  }

  // What is seen is what is trained, also where the last change is still on its way.
  press(type) {
    this.lessons.leaveBe();
    this.silence.asked();
    this.model.send({ type, about: type === "train" && !this.linked ? this.state : null });
  }

  take() {
    this.silence.heard();
    const { reply } = this;
    this.reply = this.model.get("reply");
    const latest = !this.serial || this.reply.serial === this.serial;
    if (latest) Object.assign(this, { state: structuredClone(this.reply.state), linked: false });
    const { player } = this;
    const bytes = this.model.get("ground");
    if (bytes !== this.ground) player.setGround(view(bytes));
    this.ground = bytes;
    player.setPaths(view(this.model.get("paths")));
    player.earlier = []; // a valley that moves leaves no path behind
    const { phase, done, notes } = this.reply;
    if (phase === "training") player.goTo(done);
    else if (reply.phase === "training") player.goTo(player.steps); // it is over
    this.note.hidden = !notes.length;
    this.note.textContent = notes.join(" ");
    this.controls.write();
    this.sides.write(this.reply);
    if (latest) this.lessons.take(this.reply);
    if (reply.phase === phase) this.linkLater();
    else this.writeLink(); // while it trains, there is no rest to wait for
    if (ownPage()) document.body.dataset.kept = phase === "ready" ? "" : "again"; // for who reloads
    if (latest && phase !== "training") this.settle();
  }

  // Python has answered all that was asked, and nothing is under way.
  settle() {
    this.root.removeAttribute("aria-busy");
  }

  // ---- the link

  get looks() {
    return this.root.dataset.theme;
  }

  link() {
    const address = ownPage() ? location.origin + location.pathname : "";
    return `${address}?${[this.lessons.query ?? this.reply.query, `look=${this.looks}`].filter(Boolean).join("&")}`;
  }

  // The address holds the settings, so that a page that is loaded again has them, and trains again.
  writeLink() {
    const query = this.lessons.query ?? this.reply.query;
    if (ownPage() && this.reply.serial === this.serial)
      history.replaceState(null, "", query ? `?${query}` : location.pathname);
  }

  setTheme() {
    if (!this.player) return;
    this.player.setTheme(this.root.dataset.theme);
  }
}

export function render({ model, el }) {
  const lab = new TwinLab(model, el);
  return () => lab.gone.abort();
}

// The family: one rule's runs for many values of one setting at once, of which a click takes one.

import { element, placeOf } from "../../../player/js/dom.js";
import { unpack } from "../../../player/js/numbers.js";
import { choice, nearest, plain, textButton } from "../../../player/js/ui.js";

const REACH = 9; // pixels from a line within which it is meant
const CLOSE = 14; // pixels from the start, where all lines are one
const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

// How far a point is from the piece between two others.
function away([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const share = ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy || 1);
  const along = Math.min(Math.max(share, 0), 1);
  return Math.hypot(px - ax - along * dx, py - ay - along * dy);
}

// Which of some lines a point means, as far as time has run; -1 for none.
export function meant(lines, place, time) {
  let [found, least] = [-1, REACH];
  lines.forEach(({ pixels, steps }, i) => {
    const at = (t) => [pixels[2 * t], pixels[2 * t + 1]];
    if (Math.hypot(place[0] - pixels[0], place[1] - pixels[1]) < CLOSE) return;
    for (let t = 0; t < Math.min(Math.ceil(time), steps); t++) {
      const far = away(place, at(t), at(t + 1));
      if (far < least) [found, least] = [i, far];
    }
  });
  return found;
}

export class Family {
  constructor(lab, signal) {
    Object.assign(this, { lab, on: false, runs: [], values: [], waiting: false, wanted: null });
    const title = "All values of a setting at once (F)";
    const words = { class: "ov-chip", title, "aria-pressed": "false" };
    this.button = textButton("Family", () => this.toggle(), words);
    this.strip = element("span", {
      class: "sl-strip", role: "toolbar",
      onkeydown: (event) => this.move(event),
      onpointerleave: () => this.light(-1),
    });
    this.chosen = element("span");
    this.ends = [element("span"), element("span")];
    const [least, most] = this.ends;
    this.legend = element("span", { class: "sl-family", hidden: true }, this.chosen, least, this.strip, most);
    this.node = element("span", { class: "sl-beside" }, this.button, this.legend);
    const { canvas } = lab.player;
    // Before the player takes the place for a start.
    canvas.addEventListener("pointerdown", (event) => this.click(event), { signal, capture: true });
    canvas.addEventListener("pointermove", (event) => this.hover(event), { signal });
    canvas.addEventListener("pointerleave", () => this.light(-1), { signal });
  }

  // ---- which family

  toggle() {
    if (this.on) this.leave();
    else if (!this.lab.lessons.held) this.enter();
  }

  enter() {
    const { hand, offers, state } = this.lab;
    const { rule } = state.lanes[hand.lane];
    const setting = hand.setting in offers.rules[rule] ? hand.setting : (offers.seconds[rule] ?? "lr");
    Object.assign(this, { on: true, lane: hand.lane, setting });
    this.ask();
  }

  leave() {
    Object.assign(this, { on: false, runs: [], values: [], wanted: null });
    this.write();
    this.lab.showBeside();
  }

  // The settings that a family can be of, with the symbols at the ends of their names.
  get kinds() {
    const { offers, state } = this.lab;
    return state.lanes.flatMap(({ rule }, lane) =>
      Object.entries(offers.rules[rule]).map(([setting, { label }]) => {
        const again = state.lanes.some((one, i) => i !== lane && one.rule === rule) ? ` ${lane + 1}` : "";
        const words = `all ${label.split(" ").at(-1)} of ${rule}${again}`;
        return { key: `${lane} ${setting}`, words, lane, setting };
      }),
    );
  }

  get key() {
    return `${this.lane} ${this.setting}`;
  }

  // One question at a time: while a slider moves, the family follows as fast as it is answered.
  ask() {
    if (!this.on || this.waiting) return;
    const { state, reply, model } = this.lab;
    if (!this.kinds.some(({ key }) => key === this.key)) return this.leave();
    const { lanes, pins, ...rest } = state;
    const { [this.setting]: own, ...lane } = lanes[this.lane];
    const wanted = JSON.stringify([reply.problem, rest, lane, this.key]);
    if (wanted === this.wanted) return this.write();
    Object.assign(this, { wanted, waiting: true });
    return model.send({ type: "family", about: { lane: this.lane, setting: this.setting } });
  }

  take(block) {
    this.waiting = false;
    if (!this.on) return;
    const { runs, values, symbol } = unpack(block);
    this.values = values;
    this.runs = runs.map((run, i) => Object.assign(run, {
      dash: [], panels: ["loss"], label: `${symbol} = ${plain(values[i])}`,
    }));
    this.write();
    this.lab.showBeside();
    this.ask();
  }

  fail(words) {
    this.waiting = false;
    this.leave();
    this.lab.say(words, true);
  }

  // ---- taking one

  // The place in the list of the value that is set now.
  get now() {
    const value = this.lab.state.lanes[this.lane]?.[this.setting];
    return this.values.indexOf(value);
  }

  choose(i) {
    this.lab.change(({ lanes }) => (lanes[this.lane][this.setting] = this.values[i]), { stays: true });
  }

  click(event) {
    const i = this.on && event.button === 0 && !event.shiftKey ? this.at(event) : -1;
    if (i < 0) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    this.choose(i);
  }

  at(event) {
    return meant(this.runs, placeOf(event), this.lab.player.time);
  }

  hover(event) {
    if (!this.on || event.buttons) return;
    const i = this.at(event);
    this.light(i);
    if (i >= 0) this.lab.player.canvas.style.cursor = "pointer";
  }

  light(lit) {
    if (this.runs.every((run, i) => Boolean(run.lit) === (i === lit))) return;
    this.runs.forEach((run, i) => (run.lit = i === lit));
    this.lab.player.ask();
  }

  move(event) {
    const by = MOVES[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const places = [...this.strip.children];
    const to = Math.min(Math.max(places.indexOf(document.activeElement) + by, 0), places.length - 1);
    places[to].focus();
  }

  // ---- the legend

  write() {
    this.button.setAttribute("aria-pressed", String(this.on));
    this.legend.hidden = !this.values.length;
    if (!this.values.length) return;
    const { kinds, lab } = this;
    const change = (key) => {
      const { lane, setting } = kinds.find((kind) => kind.key === key);
      Object.assign(this, { lane, setting });
      this.ask();
    };
    const option = ({ key, words }) => element("option", { value: key, selected: key === this.key }, words);
    const shown = JSON.stringify([kinds, this.key, this.values, lab.player.look.isDark]);
    if (shown !== this.shown) {
      this.shown = shown;
      this.chosen.replaceChildren(choice("family of", kinds.map(option), this.key, change));
      const ends = `${this.runs[0].label} to ${this.runs.at(-1).label}`;
      this.strip.setAttribute("aria-label", `Values of the family, of which one is taken: ${ends}`);
      this.strip.replaceChildren(...this.runs.map((run, i) => this.patch(run, i)));
      [0, -1].forEach((end, i) => (this.ends[i].textContent = plain(this.values.at(end))));
    }
    const { now } = this;
    const stop = now < 0 ? nearest(this.values, lab.state.lanes[this.lane][this.setting]) : now;
    [...this.strip.children].forEach((patch, i) => {
      patch.setAttribute("aria-pressed", String(i === now));
      patch.setAttribute("tabindex", i === stop ? "0" : "-1");
    });
  }

  patch(run, i) {
    const light = () => this.light(i);
    return element("button", {
      type: "button", "aria-label": run.label, title: run.label, style: `--own:${this.lab.player.colorOf(run)}`,
      onclick: () => this.choose(i), onpointerenter: light, onfocus: light, onblur: () => this.light(-1),
    });
  }
}

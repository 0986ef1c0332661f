// What stands where the lab has its player, its sliders and Python: a lesson's runs, made beforehand.

import { Book } from "../../explorer/js/book.js";
import { ground } from "../../explorer/js/coding.js";
import { slider } from "../../player/js/ui.js";
import { element } from "../../player/js/dom.js";
import { Player } from "../../player/js/player.js";

// A run up to a step: nothing of what follows, and nothing of what becomes of it.
export function upTo(run, steps) {
  const cut = Object.entries(run).map(([name, value]) => [
    name, ArrayBuffer.isView(value) ? value.slice(0, steps + 1) : value,
  ]);
  return { ...Object.fromEntries(cut), steps, verdict: "", said: Infinity, events: [], divergedAt: -1 };
}

export class Desk {
  // `open` and `sealed` as course/packed.py has them; `book` where something is to be found.
  constructor(stage, { open, sealed, book, runs }, options) {
    const [first, { bytes }] = open.runs;
    this.lesson = { ...open.lesson, ...sealed.lesson };
    this.packs = { [this.lesson.before]: bytes };
    for (const [i, query] of sealed.queries.entries()) this.packs[query] = sealed.runs[i].bytes;
    this.player = new Player(stage, { title: false, ...options });
    this.found = book ?? null;
    this.book = runs ? new Book(runs) : null;
    this.began = this.book ? [...this.book.at] : [];
    this.state = { steps: 1 };
    this.controls = this.book ? this.build() : { node: null, restrict: () => {} };
    this.player.standOn(this.book ? this.book.ground : ground(first, first));
  }

  // ---- what it is asked for, as the lab is

  ask(wish) {
    if (this.book) this.turn(wish);
    else this.player.setPaths(this.packs[wish.query]);
    queueMicrotask(() => this.settle());
  }

  change(edit) {
    edit(this.state);
    this.ask({ controls: this.state });
  }

  settle() {
    this.lessons.settled();
    if (!this.playNext) return;
    this.playNext = false;
    this.player.goTo(0);
    this.player.play();
  }

  // ---- where something is to be found

  build() {
    const { choices } = this.book.data;
    this.sliders = choices.map(({ name, symbol, words }, index) => {
      const knob = { label: this.found.labels[name] ?? symbol, values: [...words.keys()] };
      const set = (at) => {
        this.book.choose(index, at);
        this.change(() => {});
      };
      const say = (at) => words[at].replace("-", "−");
      return slider(knob, () => this.book.at[index], set, { say, "data-setting": name });
    });
    const restrict = (free) => {
      for (const { input } of this.sliders) input.disabled = free !== null && this.lessons.phase !== "asking";
    };
    return { node: element("div", { class: "co-sliders" }, ...this.sliders.map(({ node }) => node)), restrict };
  }

  // Show the runs that are set: while it is asked, their first frame.
  turn({ query, controls }) {
    const { lesson, book, lessons } = this;
    const places = { [lesson.before]: this.began, [lesson.solution]: this.found.solution }[query];
    places?.forEach((at, index) => book.choose(index, at));
    if (places) for (const { read } of this.sliders) read();
    const shown = book.worldAt();
    if (this.shown !== undefined && this.shown !== shown) this.player.standOn(book.ground);
    this.shown = shown;
    const facts = book.facts();
    const early = lessons.phase === "asking" || controls?.steps === 1 ? Math.max(lesson.shown, 1) : null;
    if (early === null) return this.player.take(facts);
    const runs = facts.runs.map((run) => upTo(run, Math.min(early, run.steps)));
    return this.player.take({ ...facts, runs, steps: early });
  }

  // Whether what is set meets the condition.
  get met() {
    const { book, found } = this;
    const { length } = found.runs[0].met;
    return Boolean(found.runs[0].met[(book.worldAt() * length) / book.data.worlds.length + book.node(0)]);
  }
}

// Pinned runs: up to three are strong in every chart, stand first, and are named by what tells them apart;
// all others step back.

import { differences } from "./words.js";

const LETTERS = ["A", "B", "C"];
const FULL = "A, B and C are pinned: unpin one of them first.";

export class Pins {
  // The lab has `runs`, `symbols`, its `past`, `say`, and `fit`. A run is known by its link, also where it
  // has been opened again.
  constructor(lab) {
    Object.assign(this, { lab, links: {} });
  }

  letterOf({ link }) {
    return LETTERS.find((letter) => this.links[letter] === link) ?? null;
  }

  // The pinned ones of some runs, in the order of their letters.
  among(runs) {
    const pinned = runs.filter((run) => this.letterOf(run));
    return pinned.sort((a, b) => (this.letterOf(a) < this.letterOf(b) ? -1 : 1));
  }

  // The same runs, the pinned ones first, each with its letter; where any is, the others are `back`.
  first(runs) {
    const pinned = this.among(runs);
    const words = differences(pinned, this.lab.symbols);
    const strong = pinned.map((run, i) => {
      const letter = this.letterOf(run);
      return { ...run, letter, label: words[i] ? `${letter}: ${words[i]}` : letter };
    });
    const others = runs.filter((run) => !pinned.includes(run));
    return [...strong, ...others.map((run) => ({ ...run, back: pinned.length > 0 }))];
  }

  toggle(run) {
    const before = this.links;
    const letter = this.letterOf(run);
    const free = LETTERS.find((one) => !this.among(this.lab.runs).some((pinned) => this.letterOf(pinned) === one));
    if (!letter && !free) return this.lab.say(FULL);
    const { [letter]: _, ...rest } = before;
    const after = letter ? rest : { ...before, [free]: run.link };
    this.set(after);
    return this.lab.past.add(() => this.set(before), () => this.set(after));
  }

  set(links) {
    this.links = links;
    this.lab.fit();
  }

  // What was kept of them: letters and links, of which nothing is believed.
  adopt(sent) {
    const known = LETTERS.filter((letter) => typeof sent?.[letter] === "string");
    this.set(Object.fromEntries(known.map((letter) => [letter, sent[letter]])));
  }
}

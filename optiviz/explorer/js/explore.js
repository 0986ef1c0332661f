// A page with sliders: the player, and what chooses among the runs that it shows.

import { element, say } from "../../player/js/dom.js";
import { Player } from "../../player/js/player.js";
import { Book } from "./book.js";
import { opened } from "./coding.js";
import { Controls } from "./controls.js";
import { Endings } from "./map.js";

const SETTLED = 250; // milliseconds without another choice, after which the address has it

export async function explore(root, text, options = {}) {
  return new Explorer(root, await opened(text), options);
}

class Explorer {
  constructor(root, data, options) {
    this.book = new Book(data);
    this.recall();
    const start = this.book.find("start");
    const onStart = start < 0 ? null : (place) => this.choose(start, nearest(data.choices[start].words, place));
    root.classList.add("ex");
    this.player = new Player(root, { fills: true, onStart, ...options });
    this.controls = new Controls(this);
    this.map = new Endings(this, this.player.gone.signal);
    const lines = ["These runs", "This page"].map((name) => [name, element("code")]);
    this.commands = lines.map(([name, code]) => [code, element("p", {}, `${name}: `, code)]);
    const summary = element("summary", {}, "The commands that make this");
    this.made = element("details", { class: "ex-made" }, summary, ...this.commands.map(([, line]) => line));
    const more = element("div", { class: "ex-more" }, this.map.node, this.map.legend, this.made);
    root.firstChild.append(element("div", { class: "ex-panel" }, this.controls.node, more));
    if (start >= 0)
      this.player.overlay = (plane, context) => this.drawStarts(plane, context, data.choices[start].words);
    const themed = this.player.setTheme.bind(this.player);
    this.player.setTheme = (theme) => {
      themed(theme);
      if (this.player.runs.length) this.write();
    };
    this.turn();
  }

  // Choose a value; the map is then of the rule that it belongs to.
  choose(index, at, lane = null) {
    this.book.choose(index, at);
    this.map.lane = lane ?? this.map.lane;
    this.turn();
  }

  // Show the runs that are chosen now; what a pointer rests on is another matter until it moves.
  turn() {
    const { player, book } = this;
    this.map.cursor = null;
    if (this.shown !== book.worldAt()) player.standOn(book.ground);
    this.shown = book.worldAt();
    player.take(book.facts());
    this.write();
    clearTimeout(this.kept); // an address costs more than a frame has
    this.kept = setTimeout(() => this.keep(), SETTLED);
  }

  write() {
    this.controls.write();
    this.map.ask();
    const { data } = this.book;
    const ramp = data.ramps[this.player.look.isDark ? 1 : 0];
    this.player.root.style.setProperty("--ex-ramp", `linear-gradient(to right, ${ramp})`);
    const told = [this.book.command(), data.command];
    for (const [i, [code, line]] of this.commands.entries()) {
      say(code, told[i]);
      line.hidden = !told[i];
    }
    this.made.hidden = !told.some(Boolean);
  }

  // What is chosen stands in the address, so that a link opens it again.
  keep() {
    try {
      history.replaceState(null, "", `#${this.book.at.join(",")}`);
    } catch {
      // a frame without an address of its own
    }
  }

  recall() {
    if (location.hash.length < 2) return; // or a single choice would be taken for its first value
    const found = location.hash.slice(1).split(",").map(Number);
    if (found.length === this.book.at.length) found.forEach((at, i) => this.book.choose(i, at));
  }

  drawStarts(plane, context, words) {
    const { look } = this.player;
    context.fillStyle = look.text;
    context.globalAlpha = 0.45;
    for (const word of words) {
      const [u, v] = word.split(",").map(Number);
      context.fillRect(plane.x(u) - 1.5, plane.y(v) - 1.5, 3, 3);
    }
    context.globalAlpha = 1;
  }
}

// Which of some places, in words, is nearest to one.
function nearest(words, [u, v]) {
  const away = words.map((word) => {
    const [x, y] = word.split(",").map(Number);
    return Math.hypot(x - u, y - v);
  });
  return away.indexOf(Math.min(...away));
}

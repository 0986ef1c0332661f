// The row that lets time run, and what is shown of the picture.

import { button, element, icon, say } from "./dom.js";
import { Goto } from "./goto.js";
import { keepsVelocity } from "./formulas.js";
import { TOGGLES } from "./keys.js";
import { SPEEDS } from "./timeline.js";

const LASTS = 15; // steps at speed 1 for which it is told, while time runs, what happened

// What happens at a step, or happened so many steps before.
export function happened({ step, happenings, runs }, before = 0) {
  const now = happenings.filter((one) => one.step <= step && step <= one.step + before);
  return now.map(({ run, words }) => (runs.length > 1 ? `${run.name} ${words}` : words)).join(" · ");
}

export class Transport {
  constructor(player) {
    this.player = player;
    this.toggles = {};
    for (const [name, [words, key, hint = words]] of Object.entries(TOGGLES)) {
      const title = `${hint} (${key})`;
      const facts = { type: "button", class: "ov-chip", "aria-pressed": "false", "data-do": name, title };
      const light = () => player.light(player.formula?.shown ?? player.runs[0], name);
      const byKeys = (event) => event.target.matches(":focus-visible") && light();
      const acts = { onclick: () => player.show(name), onfocus: byKeys, onpointerenter: light };
      for (const leaves of ["onblur", "onpointerleave"]) acts[leaves] = () => player.light(null);
      this.toggles[name] = element("button", { ...facts, ...acts }, words);
    }
    const label = { class: "ov-transport", role: "group", "aria-label": "Playback" };
    this.node = element("div", label, this.buildTime(player), this.buildView(player));
  }

  buildTime(player) {
    this.play = button("play", "Play (space)", () => player.toggle(), { class: "ov-primary" });
    this.scrub = element("input", {
      type: "range", min: 0, max: 1, value: 0, step: 1, "aria-label": "Step", class: "ov-scrub",
      oninput: () => player.goTo(Number(this.scrub.value)),
    });
    const { counter, field } = new Goto(player);
    this.counter = counter;
    const setSpeed = () => player.setSpeed(Number(this.speeds.value));
    this.speeds = element(
      "select",
      { "aria-label": "Speed", title: "Speed ([ and ])", onchange: setSpeed },
      ...SPEEDS.map((n) => element("option", { value: n }, `${n}×`)),
    );
    this.loop = button("loop", "Loop (L)", () => player.setLoop(!player.loop), { "aria-pressed": "false" });
    return element(
      "div",
      { class: "ov-row" },
      button("first", "To the start (Home)", () => player.goTo(0)),
      button("back", "One step back (←)", () => player.stepBy(-1)),
      this.play,
      button("forward", "One step on (→)", () => player.stepBy(1)),
      button("last", "To the end (End)", () => player.goTo(player.steps)),
      this.scrub,
      counter,
      field,
      this.speeds,
      this.loop,
    );
  }

  buildView(player) {
    this.said = element("span", { class: "ov-event" });
    return element(
      "div",
      { class: "ov-row ov-toggles" },
      ...Object.values(this.toggles),
      this.said,
      button("home", "The whole picture (0)", () => player.goHome()),
      button("present", "Present: the whole screen (P)", () => player.presenting.toggle()),
      button("theme", "Light or dark (D)", () => player.turnTheme()),
      button("help", "Help (?)", () => player.help.open(), { "aria-haspopup": "dialog" }),
    );
  }

  // Other runs: as many steps, and what there is to show of them.
  fit() {
    const { steps, batched, earlier, facts, runs } = this.player;
    const marked = (step, color, high) => {
      const place = `calc(7px + (100% - 16px) * ${step / Math.max(steps, 1)}) 50%`;
      return `linear-gradient(${color} 0 0) ${place} / 2px ${high}px no-repeat`;
    };
    const marks = [
      ...this.player.facts.notes.map(({ step }) => marked(step, "var(--ov-text)", 18)),
      ...this.player.happenings.map(({ run, step }) => marked(step, this.player.colorOf(run), 14)),
    ];
    const shown = { batch: batched, axes: Boolean(facts.eigen), gradient: facts.pathsOnly !== true };
    shown.carried = shown.gradient && runs.some(keepsVelocity);
    const none = !earlier.length; // its place is kept: it comes with a slider's first change
    const state = JSON.stringify([steps, marks, shown, none]);
    if (state === this.fitted) return; // as for most changes of a slider
    this.fitted = state;
    this.written = null; // a slider's end moves its thumb
    this.scrub.max = steps;
    this.scrub.style.setProperty("--ov-stops", marks.join(", ") || "none");
    this.scrub.title = marks.length ? "Marks: something happens (, and .)" : "";
    this.counter.style.width = `${String(steps).length * 2 + 8}ch`;
    for (const [name, seen] of Object.entries(shown)) this.toggles[name].hidden = !seen;
    this.toggles.ghost.disabled = none;
  }

  write() {
    const { step, steps, playing, speed, loop, shows } = this.player;
    const words = happened(this.player, playing ? LASTS * speed : 0);
    const state = JSON.stringify([step, steps, playing, speed, loop, shows, words]);
    if (state === this.written) return;
    this.written = state;
    this.scrub.value = step;
    this.scrub.setAttribute("aria-valuetext", `step ${step} of ${steps}`);
    this.scrub.style.setProperty("--ov-share", `${(100 * step) / steps}%`);
    say(this.counter, `step ${step} / ${steps}`);
    say(this.said, (this.said.title = words));
    this.speeds.value = String(speed);
    this.loop.setAttribute("aria-pressed", String(loop));
    for (const [name, chip] of Object.entries(this.toggles))
      chip.setAttribute("aria-pressed", String(shows[name]));
    if (this.wasPlaying === playing) return;
    this.wasPlaying = playing;
    const label = playing ? "Pause (space)" : "Play (space)";
    this.play.replaceChildren(icon(playing ? "pause" : "play"));
    this.play.setAttribute("aria-label", label);
    this.play.title = label;
  }
}

// The row that lets time run, what is shown of the picture, and the keys for both.

import { button, element, icon } from "./dom.js";
import { SPEEDS } from "./timeline.js";

const TOGGLES = {
  velocity: ["velocity", "V"],
  carried: ["β·v", "B"],
  gradient: ["−η·gradient", "G"],
  batch: ["batch", "M", "The surface of this step's batch"],
  ghost: ["before", "O", "The paths before the last change"],
};

const KEYS = {
  " ": (player) => player.toggle(),
  ArrowRight: (player, event) => player.stepBy(event.shiftKey ? 10 : 1),
  ArrowLeft: (player, event) => player.stepBy(event.shiftKey ? -10 : -1),
  Home: (player) => player.goTo(0),
  End: (player) => player.goTo(player.steps),
  ",": (player) => player.goToStop(-1),
  ".": (player) => player.goToStop(1),
  "[": (player) => player.faster(-1),
  "]": (player) => player.faster(1),
  l: (player) => player.setLoop(!player.loop),
  d: (player) => player.setTheme(player.look.isDark ? "light" : "dark"),
  "+": (player) => player.plane.zoomBy(1.5),
  "=": (player) => player.plane.zoomBy(1.5),
  "-": (player) => player.plane.zoomBy(1 / 1.5),
  0: (player) => player.goHome(),
  p: (player) => player.presenting.toggle(),
};
for (const [name, [, key]] of Object.entries(TOGGLES))
  KEYS[key.toLowerCase()] = (player) => player.show(name);
const NAMED = Object.keys(KEYS).filter((key) => key.length > 1);

// Do what a key says, unless a field or a button has a use for it of its own.
export function press(player, event) {
  const target = event.target;
  const typing = target.closest("input:not([type=range]), select, textarea");
  const own = target.closest("button") ? [" "] : target.matches("[type=range]") ? NAMED : [];
  if (typing || event.ctrlKey || event.metaKey || event.altKey || own.includes(event.key)) return;
  const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  event.preventDefault();
  action(player, event);
}

export class Transport {
  constructor(player) {
    this.player = player;
    this.toggles = {};
    for (const [name, [words, key, hint = words]] of Object.entries(TOGGLES)) {
      const title = `${hint} (${key})`;
      const facts = { type: "button", class: "ov-chip", "aria-pressed": "false", "data-do": name, title };
      this.toggles[name] = element("button", { ...facts, onclick: () => player.show(name) }, words);
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
    this.counter = element("output", { class: "ov-counter" });
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
      this.counter,
      this.speeds,
      this.loop,
    );
  }

  buildView(player) {
    const theme = () => player.setTheme(player.look.isDark ? "light" : "dark");
    return element(
      "div",
      { class: "ov-row ov-toggles" },
      ...Object.values(this.toggles),
      element("span", { class: "ov-space" }),
      button("home", "The whole picture (0)", () => player.goHome()),
      button("present", "Present: the whole screen (P)", () => player.presenting.toggle()),
      button("theme", "Light or dark (D)", theme),
    );
  }

  // Other runs: as many steps, and what there is to show of them.
  fit() {
    const { steps, batched, earlier, facts } = this.player;
    this.scrub.max = steps;
    const marks = this.player.stops.map((stop) => {
      const place = `calc(7px + (100% - 16px) * ${stop / Math.max(steps, 1)}) 50%`;
      return `linear-gradient(var(--ov-text) 0 0) ${place} / 2px 14px no-repeat`;
    });
    this.scrub.style.setProperty("--ov-stops", marks.join(", ") || "none");
    this.scrub.title = marks.length ? "Marks: something is said (, and .)" : "";
    this.counter.style.width = `${String(steps).length * 2 + 8}ch`;
    this.toggles.batch.hidden = !batched;
    this.toggles.gradient.hidden = this.toggles.carried.hidden = facts.pathsOnly === true;
    this.toggles.ghost.hidden = !earlier.length;
    this.written = null;
  }

  write() {
    const { step, steps, playing, speed, loop, shows } = this.player;
    const state = JSON.stringify([step, playing, speed, loop, shows]);
    if (state === this.written) return;
    this.written = state;
    this.scrub.value = step;
    this.scrub.setAttribute("aria-valuetext", `step ${step} of ${steps}`);
    this.scrub.style.setProperty("--ov-share", `${(100 * step) / steps}%`);
    this.counter.textContent = `step ${step} / ${steps}`;
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

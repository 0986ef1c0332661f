// What step it is, and how time runs.

import { clamp } from "./numbers.js";

const PACE = 25; // steps a second at speed 1
const STOP = 500; // milliseconds that it stands where something is said
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8];

// Whoever extends it says how to draw soon (`ask`), and whether motion is to be `calm`.
export class Timeline {
  constructor() {
    this.time = 0;
    this.steps = 0;
    this.speed = 1;
    this.loop = false;
    this.playing = false;
    this.stops = []; // the steps at which something is said
    this.happenings = []; // what else happens, each at its `step`
    this.waits = 0;
  }

  get step() {
    return Math.min(Math.floor(this.time + 1e-9), this.steps);
  }

  play() {
    if (this.time >= this.steps) this.time = 0;
    this.exact = this.time; // those who asked for less motion see whole steps only
    this.playing = true;
    this.waits = 0;
    this.before = null;
    this.ask();
  }

  pause() {
    this.goTo(this.step);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  goTo(step) {
    this.playing = false;
    this.time = clamp(step, 0, this.steps);
    this.ask();
  }

  // To a step, and on from there if it plays.
  seek(step) {
    this.time = this.exact = clamp(step, 0, this.steps);
    this.ask();
  }

  // To the next moment at which something is said or happens, or to the one before.
  goToStop(n) {
    const all = [...this.stops, ...this.happenings.map(({ step }) => step)];
    const there = all.filter((stop) => n * (stop - this.step) > 0);
    if (there.length) this.goTo(n > 0 ? Math.min(...there) : Math.max(...there));
  }

  // What a clicker does: so too, and behind the last to an end of the run.
  turn(n) {
    const { step } = this;
    this.goToStop(n);
    if (this.step === step) this.goTo(n > 0 ? this.steps : 0);
  }

  stepBy(n) {
    this.goTo(this.step + n);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.ask();
  }

  faster(n) {
    const at = SPEEDS.indexOf(this.speed) + n;
    this.setSpeed(SPEEDS[clamp(at, 0, SPEEDS.length - 1)]);
  }

  setLoop(loop) {
    this.loop = loop;
    this.ask();
  }

  // Let the time pass until now, in milliseconds.
  advance(now) {
    const passed = Math.min(now - (this.before ?? now), 250) / 1000;
    this.before = now;
    this.waits -= 1000 * passed;
    if (this.waits > 0) return;
    const from = this.exact;
    this.exact += passed * PACE * this.speed;
    const stop = Math.min(...this.stops.filter((step) => from < step && step <= this.exact));
    if (stop < this.steps) [this.exact, this.waits] = [stop, STOP];
    if (this.loop && this.exact > this.steps + PACE * this.speed) this.exact = 0;
    this.time = this.calm ? Math.floor(this.exact) : this.exact;
    if (this.loop || this.exact < this.steps) return;
    this.time = this.steps;
    this.playing = false;
  }
}

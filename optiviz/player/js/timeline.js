// What step it is, and how time runs.

import { clamp } from "./numbers.js";

const PACE = 25; // steps a second at speed 1
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8];

// Whoever extends it says how to draw soon (`ask`), and whether motion is to be `calm`.
export class Timeline {
  constructor() {
    this.time = 0;
    this.steps = 0;
    this.speed = 1;
    this.loop = false;
    this.playing = false;
  }

  get step() {
    return Math.min(Math.floor(this.time + 1e-9), this.steps);
  }

  play() {
    if (this.time >= this.steps) this.time = 0;
    this.playing = true;
    this.before = null;
    this.ask();
  }

  pause() {
    this.playing = false;
    this.time = this.step;
    this.ask();
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
    // Those who asked for less motion see whole steps only.
    this.exact = (this.calm ? (this.exact ?? this.time) : this.time) + passed * PACE * this.speed;
    this.time = this.calm ? Math.floor(this.exact) : this.exact;
    if (this.time < this.steps) return;
    this.exact = null;
    this.time = this.loop && this.time > this.steps + PACE * this.speed ? 0 : this.time;
    if (this.loop) return;
    this.time = this.steps;
    this.playing = false;
  }
}

// The counter, which is a field when one clicks it: there a step can be typed.

import { element } from "./dom.js";

export class Goto {
  constructor(player) {
    this.player = player;
    this.counter = element("button", {
      type: "button", class: "ov-counter", title: "Type a step", onclick: () => this.open(),
    });
    this.field = element("input", {
      type: "text", inputmode: "numeric", autocomplete: "off", class: "ov-typed", "aria-label": "go to step",
      hidden: true,
      onchange: () => this.go(),
      onblur: () => this.close(),
      onkeydown: (event) => this.press(event),
    });
  }

  open() {
    this.field.value = String(this.player.step);
    this.field.style.width = this.counter.style.width;
    [this.field.hidden, this.counter.hidden] = [false, true];
    this.field.focus();
    this.field.select();
  }

  // What is no step is corrected: the counter, which comes back, says which there are.
  go() {
    const step = Number(this.field.value);
    if (this.field.value.trim() && Number.isFinite(step)) this.player.goTo(Math.round(step));
  }

  press(event) {
    if (event.key === "Escape") this.field.value = "";
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.stopPropagation();
    this.go();
    this.close();
    this.counter.focus();
  }

  close() {
    [this.field.hidden, this.counter.hidden] = [true, false];
  }
}

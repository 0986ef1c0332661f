// The lessons in the lab: each sets the controls, and trains when somebody has answered.

import { Live } from "../../../lessons/js/live.js";

const ENDED = ["finished", "diverged"];

export class Lessons extends Live {
  // What may be trained already is not to be seen.
  begin() {
    this.lab.ask({ query: `?${this.lesson.runs[0]}`, begins: true });
  }

  make() {
    this.lab.ask({ query: `?${this.lesson.runs[0]}&trained=1` });
  }

  fit() {}

  follow(link) {
    this.lab.ask({ query: `?${link}` });
  }

  // What Python has answered to what was asked last.
  take({ phase }) {
    if (this.phase === "waiting" && ENDED.includes(phase)) this.done();
  }

  // Somebody goes on from what is told.
  leaveBe() {
    if (this.phase && !this.asks) this.drop();
  }
}

// The lessons in the lab: which runs they leave to be seen, and how their own are made.

import { Live } from "../../../lessons/js/live.js";

const ENDED = ["finished", "failed"];

export class Lessons extends Live {
  begin() {
    this.lab.looks.show("curves");
  }

  make() {
    this.teach("runs");
    this.take(this.lab.runs); // all of it may be trained already
  }

  teach(part) {
    this.lab.send("teach", { lesson: this.lesson.name, part });
  }

  fit() {
    this.lab.fit();
  }

  follow(link) {
    this.lab.adopt({ query: link });
    this.lab.say("The controls are set so: press Train.");
  }

  // Those of some runs that are to be seen, which a lesson knows by their commands.
  seen(runs) {
    if (!this.phase) return runs;
    const { before, runs: answer } = this.lesson;
    const known = this.phase === "asking" ? before : [...before, ...answer];
    const ours = runs.filter(({ command }) => known.includes(command));
    return ours.sort((a, b) => known.indexOf(a.command) - known.indexOf(b.command));
  }

  // News of the runs. What is seen with the question is trained as soon as nothing else is.
  take(runs) {
    if (!this.phase) return;
    const { before, runs: answer, pane } = this.lesson;
    const all = (wanted, from) => wanted.every((command) => from.some((run) => run.command === command));
    const ended = runs.filter(({ phase }) => ENDED.includes(phase));
    this.ready(all(before, ended));
    if (!all(before, runs) && this.lab.idle) this.teach("before");
    if (this.phase !== "waiting" || !all(answer, ended)) return;
    if (pane) this.lab.looks.show(pane);
    this.done();
  }

  // A message that Python cannot do it: then what is asked can be answered again.
  refuse(words) {
    super.refuse(words);
    this.lab.say(words);
  }
}

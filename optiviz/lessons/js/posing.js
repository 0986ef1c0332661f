// A lesson between its question and its answer: a person commits to an answer before it is there to be
// seen. How that looks, and what answers, is for those who extend it.

import { element } from "../../player/js/dom.js";
import { textButton } from "../../player/js/ui.js";
import { finish } from "./progress.js";

// Whoever extends it gives a `way` to answer (`wayOf`), says where its parts are put (`show`), what is
// there before the answer (`begin`), what is covered (`cover`), asks for the answer (`answer`), calls
// `tell` when it is there, and says what there is to go on to (`further`).
export class Posing {
  // The phases of a lesson: "asking", "waiting" for the runs, perhaps "shown", and "told" why.
  constructor(lab) {
    Object.assign(this, { lab, phase: null, lesson: null, way: null });
  }

  // Whether the answer is not to be seen yet.
  get asks() {
    return this.phase === "asking" || this.phase === "waiting";
  }

  // Whether nothing may be changed but the answer.
  get held() {
    return this.asks || this.phase === "shown";
  }

  pose(lesson) {
    Object.assign(this, { lesson, phase: "asking" });
    this.way?.end();
    this.way?.drop();
    this.way = this.wayOf(lesson);
    this.sure = element("button", { class: "lab-primary" }, "That is my answer");
    const onsubmit = (event) => {
      event.preventDefault();
      this.commit();
    };
    this.form = element("form", { onsubmit }, this.way.node, this.sure);
    this.said = element("div", { class: "sl-said", role: "status", tabindex: -1 });
    this.after = element("div", { class: "sl-after" });
    this.show(lesson, this.form, this.said, this.after);
    this.begin();
    this.cover();
  }

  commit() {
    if (this.phase !== "asking") return;
    this.said.textContent = this.way.given === null ? this.way.missing : "";
    if (this.way.given === null) return;
    this.phase = "waiting";
    this.focused = this.form.contains(document.activeElement); // which is about to lose it
    this.way.commit();
    this.answer();
  }

  tell() {
    const { way } = this;
    const told = way.told;
    if (!told) return; // it is not judged yet
    this.phase = "told";
    this.cover();
    way.mark();
    way.end();
    this.end(told);
    const [now, lost] = [document.activeElement, this.focused ? document.body : null];
    if ([this.sure, way.canvas, lost].includes(now)) this.said.focus(); // what has it is about to go, or gone
    this.sure.hidden = true;
    this.after.scrollIntoView({ block: "nearest" });
  }

  end({ words }) {
    this.conclude(words);
  }

  // The words of the end, why, and where to go on to.
  conclude(words) {
    const { name, why } = this.lesson;
    this.said.replaceChildren(element("p", {}, element("b", {}, words)), element("p", {}, why));
    this.after.replaceChildren(...this.onwards());
    finish(name);
  }

  onwards() {
    return [element("p", {}, element("b", {}, "Try next. "), this.lesson.then), ...this.further()];
  }

  // The guess is over, the words stay.
  drop() {
    this.phase = null;
    this.way?.drop();
    this.cover();
  }
}

// The buttons at the end of a lesson: what there is to try, the next one or the list of all.
export function onwardButtons(lesson, all, { follow, open, list }) {
  const next = all[all.indexOf(lesson) + 1];
  const on = next ? () => open(next.name) : () => list();
  const go = textButton(next ? "Next lesson" : "All lessons", on, { class: "lab-primary" });
  return [...(lesson.link ? [textButton("Show me", () => follow(lesson.link))] : []), go];
}

// Presenting: one pane and the runs' names on the whole screen in large words, or a lesson beside the pane;
// the arrows, or what a lecturer holds in the hand, turn to the next.

import { drawing, ICONS } from "../../../player/js/dom.js";
import { Presenting } from "../../../player/js/presenting.js";
import { iconButton, onKeys } from "../../../player/js/ui.js";

const TURNS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };

// The lab has a `root`, `lessons`, `looks`, and is drawn anew by `fit`; `host` is what fills the screen.
// Told of it, the lab has `presenting`; what is made is the button that begins it.
export function presents(lab, host, signal) {
  const turn = (by) => (lab.lessons.phase ? lab.lessons : lab.looks.tabs).turn(by);
  const presenting = new Presenting({ setTheme: () => lab.fit(), turn }, host, signal, TURNS);
  lab.presenting = presenting;
  const keys = {
    p: () => presenting.toggle(),
    d: () => lab.theme.button.click(),
    k: () => lab.shown && lab.pins.toggle(lab.shown),
  };
  onKeys(lab.root, keys, signal);
  const picture = drawing("16 16", ICONS.present, 'fill="currentColor" stroke="none"');
  return iconButton(picture, "present", () => presenting.toggle(), { title: "Present: the whole screen (P)" });
}

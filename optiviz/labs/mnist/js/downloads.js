// Files to take away: of the runs that are shown in the curves, and the weights of the chosen one.

import { element, say } from "../../../player/js/dom.js";
import { download } from "../../../player/js/ui.js";

const MANY = 6; // runs that a file's name tells one by one

const word = (text) => element("span", { class: "lab-word" }, text); // not on a phone

// The name of a file about runs, without its ending; Python names its files alike.
export function fileName(runs) {
  if (runs.length === 1) return runs[0].file;
  return runs.length > MANY ? `mnist-${runs.length}-runs` : `mnist-runs-${runs.map(({ run }) => run).join("-")}`;
}

export class Downloads {
  // The lab has `visible` runs, the one that is `shown`, `names`, `charts`, and `send`.
  constructor(lab) {
    this.lab = lab;
    const button = (name, words, action) =>
      element("button", { type: "button", "data-file": name, onclick: action }, word("↓ "), ...words);
    const keys = () => lab.visible.map(({ run }) => run);
    const save = async () => download(`${fileName(lab.visible)}.png`, await lab.charts.picture(), "image/png");
    this.whose = word("");
    this.nodes = [
      button("csv", ["CSV"], () => lab.send("csv", keys())),
      button("png", ["PNG"], save),
      button("weights", ["weights", this.whose], () => lab.shown && lab.send("weights", lab.shown.run)),
    ];
  }

  write() {
    const { visible, shown, names } = this.lab;
    const [csv, png, weights] = this.nodes;
    for (const file of [csv, png]) file.disabled = !visible.length;
    weights.disabled = !shown?.weights;
    const drawn = visible.map(({ run }) => run).join(", ");
    csv.title = `Download the evaluations of the runs that are shown (${drawn}) as CSV`;
    png.title = `Download the curves of the runs that are shown (${drawn}) as PNG`;
    weights.title = shown ? `Download the weights of ${names.get(shown.run)}, run ${shown.run}` : "Download weights";
    const words = shown ? ` of run ${shown.run}` : "";
    say(this.whose, words);
  }
}

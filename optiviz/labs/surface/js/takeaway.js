// What can be taken away: files, and the words that make the same again.

import { element } from "../../../player/js/dom.js";
import { copyButton, iconButton, textButton } from "../../js/ui.js";

const FILMS = [".gif", ".mp4"]; // what takes a while

const head = (words, button) =>
  element(
    "div",
    { class: "lab-group-head" },
    element("h2", {}, words),
    element("span", { class: "lab-space" }),
    button,
  );

export class TakeAway {
  // `make` is called with the ending of the file that is wanted.
  constructor(endings, make, signal) {
    const words = "The files show the runs as they are set, and the part of the plane that is seen.";
    this.making = element("p", { class: "lab-muted", role: "status" }, words);
    const file = (ending) => textButton(ending.slice(1).toUpperCase(), () => make(ending), { "data-file": ending });
    this.files = endings.map(file);
    const close = iconButton("✕", "close", () => this.node.close());
    [this.command, this.python] = ["command", "Python"].map((what) =>
      element("code", { tabindex: 0, "aria-label": `The ${what} that makes it again` }),
    );
    const block = (code) => {
      const button = copyButton("Copy", () => code.textContent, signal);
      return element("section", {}, head(code.getAttribute("aria-label"), button), element("pre", {}, code));
    };
    this.node = element(
      "dialog",
      { class: "sl-dialog", "aria-label": "Take away" },
      head("Take away", close),
      element("div", { class: "sl-files" }, ...this.files),
      this.making,
      block(this.command),
      block(this.python),
    );
  }

  // Until something else is said, a file is being made.
  wait(ending, steps) {
    const film = FILMS.includes(ending) ? ` of ${steps} steps: some seconds` : "";
    this.say(`Making the ${ending.slice(1).toUpperCase()}${film} …`);
    for (const button of this.files) button.disabled = true;
  }

  say(words) {
    this.making.textContent = words;
    for (const button of this.files) button.disabled = false;
  }

  writePython(text, theme, bounds) {
    const [x0, x1, y0, y1] = bounds?.split(",") ?? [];
    const seen = bounds ? `((${x0}, ${x1}), (${y0}, ${y1}))` : "None";
    const own = text.replace('theme="light"', `theme="${theme}"`);
    this.python.textContent = own.replace("bounds=None", `bounds=${seen}`);
  }

  // Its words stay whole where the line breaks.
  writeCommand(text, theme, bounds) {
    const look = theme === "dark" ? ["--theme=dark"] : [];
    if (bounds) look.push(`--bounds=${bounds}`);
    const parts = [...text.split(" "), ...look].map((word) => element("span", {}, word));
    this.command.replaceChildren(...parts.flatMap((part, i) => (i ? [" ", part] : [part])));
  }
}

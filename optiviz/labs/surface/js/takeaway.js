// What can be taken away: files, and the words that make the same again.

import { element } from "../../../player/js/dom.js";
import { copyButton, iconButton, textButton } from "../../../player/js/ui.js";

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
  constructor(lab, signal) {
    this.lab = lab;
    const words = "The files show the runs as they are set, and the part of the plane that is seen.";
    this.making = element("p", { class: "lab-muted", role: "status" }, words);
    const file = (ending) =>
      textButton(ending.slice(1).toUpperCase(), () => this.make(ending), { "data-file": ending });
    this.files = lab.offers.files.map(file);
    const sliders = { "data-file": "sliders", disabled: true };
    this.sliding = textButton("Page with sliders", () => this.slide(), sliders);
    this.plan = element("p", { class: "lab-muted sl-plan" });
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
      element("div", { class: "sl-files" }, this.sliding, this.plan),
      this.making,
      block(this.command),
      block(this.python),
    );
  }

  open() {
    this.lab.writeCommand();
    this.promise({});
    this.lab.model.send({ type: "plan" });
    this.node.showModal();
  }

  make(ending) {
    const { lab } = this;
    const film = FILMS.includes(ending) ? ` of ${lab.player.steps} steps: some seconds` : "";
    this.hold(`Making the ${ending.slice(1).toUpperCase()}${film} …`);
    lab.writeCommand(ending);
    lab.model.send({ type: "file", about: { ending, theme: lab.looks, bounds: lab.bounds } });
  }

  slide() {
    this.hold("Making the page with sliders; the lab goes on meanwhile …");
    this.writeCommand(this.promised, this.lab.looks, null);
    this.lab.model.send({ type: "sliders", about: this.lab.looks });
  }

  // Until something else is said, a file is being made.
  hold(words) {
    this.making.textContent = words;
    for (const button of [...this.files, this.sliding]) button.disabled = true;
  }

  say(words) {
    this.making.textContent = words;
    for (const button of this.files) button.disabled = false;
    this.sliding.disabled = !this.promised;
  }

  // What a page with sliders would hold, or why there can be none.
  promise({ words, command, error }) {
    this.promised = command;
    this.plan.textContent = words ?? error ?? "";
    this.sliding.disabled = !command;
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

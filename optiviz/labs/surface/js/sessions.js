// Sessions as files: what the address holds, saved and opened again. Python reads them.

import { element } from "../../../player/js/dom.js";
import { download, textButton } from "../../js/ui.js";

const NAME = "optiviz-session.json";
const MOST = 20_000; // bytes that are looked at; a file with more is none of ours, and Python says so

export class Sessions {
  // The lab has `offers`, whose `session` is how a file begins, `query`, and `ask`.
  constructor(lab) {
    this.lab = lab;
    const facts = { type: "file", accept: ".json,application/json", hidden: true };
    this.file = element("input", { ...facts, onchange: () => this.open() });
    const title = "the settings, the pinned runs and the step, as a file";
    const open = () => this.file.click();
    this.node = element(
      "span",
      { class: "sl-sessions" },
      textButton("Save", () => this.save(), { title: `Save ${title}` }),
      textButton("Open", open, { title: "Open a session that was saved" }),
      this.file,
    );
  }

  save() {
    const held = { ...this.lab.offers.session, link: `${this.lab.reply.query}${this.lab.step}` };
    download(NAME, `${JSON.stringify(held, null, 1)}\n`, "application/json");
  }

  async open() {
    const [file] = this.file.files;
    if (!file) return;
    const text = await file.slice(0, MOST).text();
    this.file.value = ""; // so that the same file can be opened again
    this.lab.lessons.close();
    this.lab.ask({ file: text });
  }
}

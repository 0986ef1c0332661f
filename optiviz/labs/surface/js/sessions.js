// Sessions as files: what the address holds, saved and opened again. Python reads them.

import { sessionButtons } from "../../js/sessions.js";

const NAME = "optiviz-session.json";
const MOST = 20_000; // bytes that are looked at

export class Sessions {
  // The lab has `offers`, whose `session` is how a file begins, `query`, and `ask`.
  constructor(lab) {
    this.lab = lab;
    const what = "the settings, the pinned runs and the step";
    const [save, open] = [() => this.held(), (text) => this.open(text)];
    this.node = sessionButtons({ name: NAME, what, most: MOST, save, open });
  }

  held() {
    return { ...this.lab.offers.session, link: `${this.lab.reply.query}${this.lab.step}` };
  }

  open(text) {
    this.lab.lessons.close();
    this.lab.ask({ file: text });
  }
}

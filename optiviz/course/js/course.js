// The scripts of all pages of a course: each begins what its page is. The page has everything in it.

import { explore } from "../../explorer/js/explore.js";
import { inflated, opened } from "../../explorer/js/coding.js";
import { theming } from "../../player/js/ui.js";
import { Asking } from "../../lessons/js/asking.js";
import { press } from "../../lessons/js/press.js";
import { carried, done, receive } from "../../lessons/js/progress.js";
import { element } from "../../player/js/dom.js";
import { Desk } from "./desk.js";

const forever = () => new AbortController().signal; // a page ends with its window

// Light and dark for the page and its player: as the system has it, and a button for the other.
function themed(root, player) {
  const theme = theming(root, () => player.setTheme(root.dataset.theme), forever());
  theme.set();
  player.turnTheme = () => theme.button.click();
  root.querySelector(".co-head").append(theme.button);
}

// A way to another page brings along what is done.
function bring(root) {
  for (const link of root.querySelectorAll("a[data-carries]"))
    link.setAttribute("href", link.getAttribute("href").split("#")[0] + carried());
}

class Page extends Asking {
  constructor(root, desk) {
    super(desk);
    Object.assign(this, { root, parts: root.querySelector(".co-ask") });
    desk.lessons = this;
    desk.player.overlay = (plane, context) => this.draw(plane, context);
    document.addEventListener("keydown", (event) => press(this, event), { capture: true });
    const veil = element("p", { class: "sl-veil" }, "The curves come with the answer.");
    desk.player.side.after(veil);
  }

  show(_, ...parts) {
    this.parts.replaceChildren(...parts);
  }

  focus() {}

  cover() {
    this.root.classList.toggle("sl-asking", this.asks);
    this.root.classList.toggle("sl-held", this.held);
    this.root.classList.toggle("sl-drawing", this.draws);
    this.lab.controls.restrict(this.held ? this.way.free : null);
  }

  askJudge() {
    this.judge(this.lab.met);
  }

  conclude(words) {
    super.conclude(words);
    bring(this.root);
  }

  further() {
    const links = [...this.root.querySelectorAll("template.co-further")].map(({ content }) => content.cloneNode(true));
    return links.flatMap(({ children }) => [...children]);
  }
}

async function lesson(root) {
  const { open, sealed, book } = root.dataset;
  const [first, after, found] = await Promise.all([open, sealed, book].map((text) => text && inflated(text)));
  const runs = found ? await opened(found.runs[0].bytes) : null;
  const stage = element("div", { class: "co-stage" });
  let page = null;
  const onStart = (place) => page.phase === "asking" && page.way.aim?.(place);
  const aims = !["choose", "find"].includes(first.lesson.way);
  const desk = new Desk(stage, { open: first, sealed: after, book: found, runs }, aims ? { onStart } : {});
  page = new Page(root, desk);
  root.querySelector(".co-picture").append(stage);
  root.classList.add("co-lives");
  themed(root, desk.player);
  receive(location.hash, JSON.parse(root.dataset.all));
  page.pose(desk.lesson);
  bring(root);
}

async function trial(root) {
  receive(location.hash, JSON.parse(root.dataset.all));
  const page = await explore(root.querySelector(".co-sheet"), root.dataset.open, { theme: "light", fills: false });
  root.classList.add("co-lives");
  themed(root, page.player);
  bring(root);
}

// The list of all, with a mark at each that is done.
function index(root) {
  const rows = [...root.querySelectorAll("[data-lesson]")];
  const names = rows.map(({ dataset }) => dataset.lesson);
  receive(location.hash, names);
  const known = done();
  for (const row of rows) {
    const is = known.has(row.dataset.lesson);
    row.classList.toggle("co-done", is);
    if (is) row.querySelector("a").append(element("span", { class: "lab-spoken" }, " (done)"));
  }
  const count = names.filter((name) => known.has(name)).length;
  root.querySelector(".co-count").textContent = count ? `${count} of ${names.length} done.` : "";
  bring(root);
}

const PAGES = { lesson, trial, index };

export function begin() {
  const root = document.querySelector("[data-page]");
  PAGES[root?.dataset.page]?.(root);
}

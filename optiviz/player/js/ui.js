// What the pages of the labs share: controls, light and dark, files, and how all of it ends.
//
// A page lives until its signal aborts: whoever starts a timer, watches a size or hears a model
// hands over that signal, and so nothing goes on after the page has been taken away.

import { drawing, element } from "./dom.js";
import { isNight, keepKeys, onNight, Silence } from "./host.js";
import { number, rounded } from "./numbers.js";

const THEMES = ["light", "dark"];
const KEPT = "optiviz-theme"; // where a browser remembers the choice between them
const SAID = 1500; // milliseconds that a button says "Copied"
const SWATCH = 2.5; // pixels that its line is wide, here and in the style sheet

// ---------------------------------------------------------------- until the page is taken away

export const atEnd = (signal, action) => signal.addEventListener("abort", action, { once: true });

export function onResize(node, action, signal) {
  const watch = new ResizeObserver(action);
  watch.observe(node);
  atEnd(signal, () => watch.disconnect());
}

export function onModel(model, event, action, signal) {
  model.on(event, action);
  atEnd(signal, () => model.off(event, action));
}

// Keys of letters, heard wherever nobody types; in a notebook only within the page. They are heard
// before the parts of the page keep theirs.
export function onKeys(root, actions, signal) {
  const press = (event) => {
    const typing = event.target.closest?.("input:not([type=range]), select, textarea, dialog");
    const action = actions[event.key.toLowerCase()];
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !action) return;
    event.preventDefault();
    action(event);
  };
  (ownPage() ? document : root).addEventListener("keydown", press, { signal, capture: true });
}

// An action that is done once nobody has asked for it during some milliseconds.
export function settled(action, wait, signal) {
  let timer;
  atEnd(signal, () => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(action, wait);
  };
}

// What has the focus beside a node, also in a notebook that keeps its outputs in shadows.
export const focused = (node) => node.getRootNode().activeElement;

// Make a lab a guest of its host: it is as wide as that lets it, keeps its keys, and says when Python
// does not answer, which the page of our own server says itself.
export function guest(host, root, signal) {
  host.classList.add("lab-host");
  host.append(root);
  keepKeys(root, signal);
  const node = element("p", { class: "lab-silent", role: "status", hidden: true });
  root.append(node);
  const say = (words) => {
    node.hidden = !words || Boolean(document.getElementById("lost"));
    node.textContent = words;
  };
  return new Silence(say, signal);
}

// ---------------------------------------------------------------- controls

// A value as a person would write it.
export function plain(value, digits = 4) {
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e5)) return number(value, 2);
  return rounded(value, digits);
}

// The place in a list of the number that is nearest to a value.
export function nearest(values, value) {
  const far = (i) => Math.abs(values[i] - value);
  return values.reduce((best, _, i) => (far(i) < far(best) ? i : best), 0);
}

// A slider over a knob's values. What is read out and what is spoken is the value itself, not its
// place in the list; `read` moves the slider to where the value is.
export function slider(knob, get, set, { say = plain, ...attributes } = {}) {
  const { label, values } = knob;
  const last = values.length - 1;
  const output = element("output", { "aria-live": "off" }); // the slider itself says it
  const write = (value) => {
    output.textContent = say(value);
    input.setAttribute("aria-valuetext", say(value));
    input.style.setProperty("--share", `${(100 * input.value) / last}%`);
  };
  const input = element("input", {
    type: "range", min: 0, max: last, step: 1, "aria-label": label, ...attributes,
    oninput: () => {
      set(values[input.value]);
      write(values[input.value]);
    },
  });
  const read = () => {
    input.value = nearest(values, get());
    write(get());
  };
  read();
  return { input, read, node: element("label", { class: "lab-knob" }, element("span", {}, label), output, input) };
}

// A list to choose from; its options are words, or nodes made already.
export function choice(label, options, value, change, attributes = {}) {
  const option = (words) => element("option", { value: words, selected: words === value }, words);
  return element(
    "select",
    { "aria-label": label, onchange: (event) => change(event.target.value), ...attributes },
    ...options.map((made) => (typeof made === "string" ? option(made) : made)),
  );
}

export const pair = (words, field) =>
  element("div", { class: "lab-pair" }, element("span", {}, words), field);

export const textButton = (words, action, attributes = {}) =>
  element("button", { type: "button", class: "lab-outlined", onclick: action, ...attributes }, words);

export function iconButton(content, label, action, attributes = {}) {
  const named = { type: "button", class: "lab-icon", "aria-label": label, onclick: action };
  return element("button", { ...named, ...attributes }, content);
}

// Drawings in lines, which are as wide as the style sheet says.
const OUTLINES = {
  remove: "M4 4l8 8M12 4l-8 8",
  pin: "M5.5 2.5h5M7 2.5v4L5 9h6L9 6.5v-4M8 9v4.5",
  copy:
    "M7 5.5h4.5a1.5 1.5 0 0 1 1.5 1.5v4.5a1.5 1.5 0 0 1-1.5 1.5H7a1.5 1.5 0 0 1-1.5-1.5V7A1.5 1.5 0 0 1 7 5.5z" +
    "M10.5 3h-6A1.5 1.5 0 0 0 3 4.5v6",
};
export const outline = (name) => drawing("16 16", OUTLINES[name]);

export const heading = (words) =>
  element("h1", {}, "optiviz ", element("span", {}, words));

// Words that are heard and not seen, of a kind that is read out when they change.
export const spoken = () => element("span", { class: "lab-spoken", role: "status" });

// A line in a rule's colour and dashes, which are in widths of the line.
export function swatch(color, dash) {
  const dashes = dash.map((length) => length * SWATCH).join(" ");
  const made = drawing("26 10", "M0 5H26", `stroke="${color}" stroke-dasharray="${dashes}"`);
  made.classList.add("lab-swatch");
  return made;
}

// ---------------------------------------------------------------- light and dark

// Whether the page is a lab and nothing else, and not some notebook of a person's own.
export const ownPage = () =>
  Boolean(document.getElementById("rendered_cells") || document.body.dataset.voila);

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // no storage: the system's choice holds
  }
}

// Keep the root light or dark: in a page of its own as asked, or as chosen before, or else as the
// system is; in a notebook as that is.
// `changed` is called whenever it is set; the button chooses the other one, and remembers it.
export function theming(root, changed, signal, asked = null) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = (ownPage() ? [asked, remembered()] : []).find((theme) => THEMES.includes(theme));
  const night = () => (ownPage() ? system.matches : isNight(root.parentNode));
  const set = () => {
    root.dataset.theme = chosen ?? (night() ? "dark" : "light");
    changed();
  };
  const follow = () => !chosen && (root.dataset.theme === "dark") !== night() && set();
  const turn = () => {
    chosen = root.dataset.theme === "dark" ? "light" : "dark";
    if (!ownPage()) return set();
    try {
      localStorage.setItem(KEPT, chosen);
    } catch {
      // Without storage the choice holds for this page.
    }
    set();
  };
  onNight(root, follow, signal);
  const half = drawing(
    "16 16",
    "M8 2.8a5.2 5.2 0 0 1 0 10.4zM8 2.8a5.2 5.2 0 0 0 0 10.4a5.2 5.2 0 0 1 0-10.4",
    'fill="currentColor"',
  );
  return { set, button: iconButton(half, "light or dark", turn, { title: "Light or dark" }) };
}

// The theme's colours and font, as the style sheet gives them to the root.
export function lookOf(root) {
  const style = getComputedStyle(root);
  const names = ["background", "text", "muted", "grid", "accent"];
  const colors = names.map((name) => [name, style.getPropertyValue(`--ov-${name}`).trim()]);
  return { theme: root.dataset.theme, font: style.fontFamily, ...Object.fromEntries(colors) };
}

// ---------------------------------------------------------------- to take away

export function download(name, content, mime) {
  const address = URL.createObjectURL(new Blob([content], { type: mime }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000); // also when the page has gone meanwhile
}

// Put a text into the clipboard; false where a page has no right to.
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// A button that copies what `text` gives, and says so for a moment.
export function copyButton(words, text, signal) {
  const back = settled(() => (button.textContent = words), SAID, signal);
  const button = textButton(words, async () => {
    button.style.minWidth = `${button.offsetWidth}px`;
    if (!(await copied(text()))) window.prompt("Copy this:", text());
    else button.textContent = "Copied";
    back();
  });
  return button;
}

// ---------------------------------------------------------------- canvases

// A canvas's context in CSS pixels, after the canvas has taken its element's size and density;
// null where it is too small to draw on.
export function fitted(canvas, least = 1) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const enlarged = canvas.getBoundingClientRect?.().width / width || 1; // as on a screen where one presents
  const dense = (devicePixelRatio || 1) * enlarged;
  if (Math.min(width, height) < least) return null;
  const [w, h] = [width, height].map((length) => Math.round(length * dense));
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(dense, 0, 0, dense, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

// What a player and the page around it, a notebook, a deck, a site, are to one another: whose key
// it is, whether it is dark there, and whether Python still answers.

// Keys that lead out of the player or turn the deck's page stay the host's, as commands do.
const PASSES = /^(Tab|Escape|PageUp|PageDown|F\d+)$/;
const QUIET = 2500; // milliseconds after which Python's silence is said
const SILENT = "Python does not answer: it is busy, or it has ended. What is here still works.";
const GREY = 128; // of 255, below which a ground is dark

// Keep from whoever listens above the root what is pressed within it.
export function keepKeys(root, signal) {
  const keep = (event) => {
    const command = event.ctrlKey || event.metaKey || event.altKey;
    if (!command && !PASSES.test(event.key)) event.stopPropagation();
  };
  for (const name of ["keydown", "keypress"]) root.addEventListener(name, keep, { signal });
}

// How light a colour of any notation is, from 0 to 255; null where one sees through it.
function lightness(color, context) {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b, opaque] = context.getImageData(0, 0, 1, 1).data;
  return opaque > GREY ? 0.2126 * r + 0.7152 * g + 0.0722 * b : null;
}

// Whether it is dark around a node: as JupyterLab says, or as the nearest ground is that is painted,
// or as the system is.
export function isNight(node) {
  const said = document.body.dataset.jpThemeLight;
  if (said) return said === "false";
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  for (let at = node; at; at = at.parentNode ?? at.host) {
    if (at.nodeType !== Node.ELEMENT_NODE) continue; // the document, or a shadow's root
    const light = lightness(getComputedStyle(at).backgroundColor, context);
    if (light !== null) return light < GREY;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

// Call what is to be done when it may have become dark, or light, around a root.
export function onNight(root, action, signal) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", action, { signal });
  document.addEventListener("transitionend", action, { signal }); // a ground that fades
  const changes = new MutationObserver(action);
  for (const at of [document.documentElement, document.body]) changes.observe(at, { attributes: true });
  const shown = new ResizeObserver(action); // a notebook puts it into the page after it was made
  shown.observe(root);
  signal.addEventListener("abort", () => [changes, shown].forEach((one) => one.disconnect()), { once: true });
}

// Has it said when Python has not answered for a while what it was asked.
export class Silence {
  constructor(say, signal) {
    Object.assign(this, { say, timer: null });
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  asked() {
    this.timer ??= setTimeout(() => this.say(SILENT), QUIET);
  }

  heard() {
    clearTimeout(this.timer);
    this.timer = null;
    this.say("");
  }
}

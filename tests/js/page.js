// The little of a page that the player needs: elements of one size, and time that is told to pass.

// A context that notes every call as [name, arguments, the styles that it is drawn in].
export function recorder() {
  const style = { globalAlpha: 1 };
  const calls = [];
  return new Proxy(
    {},
    {
      get(_, name) {
        if (name === "calls") return calls;
        if (name in style) return style[name];
        if (name === "measureText") return (words) => ({ width: 6 * words.length });
        return (...values) => {
          calls.push([name, values, { ...style }]);
        };
      },
      set(_, name, value) {
        style[name] = value;
        return true;
      },
    },
  );
}

const SIZE = { left: 0, top: 0, width: 400, height: 300 };

class Element {
  constructor(tag) {
    Object.assign(this, { tag, attributes: {}, children: [], heard: {}, dataset: {}, words: "" });
    this.style = { setProperty: (name, value) => (this.style[name] = value) };
    this.classList = { add: () => {}, toggle: () => {} };
    if (tag === "canvas") this.context = recorder();
    // What is set as text is read back by its tag and its attributes.
    if (tag === "template") this.content = this;
  }

  set innerHTML(text) {
    const made = new Element(/^<(\w+)/.exec(text)[1]);
    made.attributes = Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, a, b]) => [a, b]));
    this.children = [made];
  }

  get firstChild() {
    return this.children[0];
  }

  get textContent() {
    return this.words + this.children.map((child) => child.textContent ?? child).join("");
  }

  set textContent(words) {
    Object.assign(this, { words: String(words), children: [] });
  }

  get offsetParent() {
    return this;
  }

  get offsetWidth() {
    return 80;
  }

  get offsetHeight() {
    return 40;
  }

  // What stands beside it is not looked at.
  before() {}

  after() {}

  focus() {}

  scrollIntoView() {}

  select() {}

  removeAttribute(name) {
    delete this.attributes[name];
  }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
    if (name === "hidden") this.hidden = true;
  }

  hasAttribute(name) {
    return name in this.attributes;
  }

  getAttribute(name) {
    return this.attributes[name];
  }

  append(...children) {
    this.children.push(...children);
  }

  // What is put at the head can be taken out again.
  prepend(child) {
    this.children.unshift(child);
    child.remove = () => this.children.splice(this.children.indexOf(child), 1);
  }

  insertBefore(child, next) {
    const place = this.children.indexOf(next);
    this.children.splice(place < 0 ? this.children.length : place, 0, child);
    child.remove = () => this.children.splice(this.children.indexOf(child), 1);
  }

  replaceWith() {}

  replaceChildren(...children) {
    this.children = children;
  }

  addEventListener(name, action) {
    (this.heard[name] ??= []).push(action);
  }

  // What a hand does to it.
  fire(name, facts = {}) {
    const event = { type: name, target: this, currentTarget: this, preventDefault: () => {}, stopPropagation: () => {}, pointerId: 1, ...facts };
    for (const action of this.heard[name] ?? []) action(event);
  }

  matches(selector) {
    return selector === ":focus-visible" || (selector === "[type=range]" && this.attributes.type === "range");
  }

  contains(other) {
    return this === other || this.children.some((child) => child.contains?.(other));
  }

  closest(selector) {
    return selector.split(", ").includes(this.tag) ? this : null;
  }

  setPointerCapture() {}

  getRootNode() {
    return document;
  }

  getContext() {
    return this.context;
  }

  // The file is the canvas itself, to be looked at.
  toBlob(done) {
    done(this);
  }

  getBoundingClientRect() {
    return SIZE;
  }

  // By a class, as ".lab-group", or by a tag.
  querySelectorAll(selector) {
    const named = ({ tag, attributes }) => `.${attributes.class}` === selector || tag === selector;
    return this.all((child) => child !== this && named(child));
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  // All below it that a test accepts.
  all(test) {
    const found = this.children.flatMap((child) => (child.all ? child.all(test) : []));
    return test(this) ? [this, ...found] : found;
  }
}

class Observer {
  observe() {}
  disconnect() {}
}

let frames = new Map();
let asked = 0;

// Draw what was asked for, at a time in milliseconds.
export function draw(now = 0) {
  const due = frames;
  frames = new Map();
  for (const action of due.values()) action(now);
}

const quiet = { matches: false, addEventListener: () => {} };

Object.assign(globalThis, {
  window: { devicePixelRatio: 1, matchMedia: () => quiet, addEventListener: () => {} },
  matchMedia: () => quiet,
  document: { createElement: (tag) => new Element(tag), createTextNode: (words) => Object.assign(new Element("#text"), { words }), body: new Element("body"), addEventListener: () => {}, getElementById: () => null },
  MutationObserver: Observer,
  ResizeObserver: Observer,
  requestAnimationFrame: (action) => frames.set(++asked, action) && asked,
  cancelAnimationFrame: (which) => frames.delete(which),
  ImageData: class {
    constructor(width, height) {
      Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
    }
  },
});

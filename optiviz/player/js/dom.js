// Elements, icons and buttons of a page, which the labs share.

export const ICONS = {
  first: "M4 3v10h2V3zM13 3 7 8l6 5z",
  back: "M12 3 5 8l7 5z",
  play: "M4 2.5v11L13.5 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forward: "M4 3l7 5-7 5z",
  last: "M10 3v10h2V3zM3 3l6 5-6 5z",
  loop:
    "M8 3a5 5 0 0 1 4.6 3H11v1.5h4V3.5h-1.5v1.3A6.5 6.5 0 0 0 1.6 7h1.5A5 5 0 0 1 8 3z" +
    "M8 13a5 5 0 0 1-4.6-3H5V8.5H1v4h1.5v-1.3A6.5 6.5 0 0 0 14.4 9h-1.5A5 5 0 0 1 8 13z",
  home: "M8 1.5 15 8h-2v6H9.5v-4h-3v4H3V8H1z",
  present: "M2 2h5v1.5H3.5V7H2zM9 2h5v5h-1.5V3.5H9zM2 9h1.5v3.5H7V14H2zM12.5 9H14v5H9v-1.5h3.5z",
  help:
    "M5 6a3 3 0 1 1 4.6 2.5c-.7.5-.9.8-.9 1.5v.5H7.2V10c0-1.2.5-1.9 1.5-2.6A1.5 1.5 0 1 0 6.5 6z" +
    "M7.1 11.8h1.8v1.7H7.1z",
  theme: "M8 1.5a6.5 6.5 0 1 0 0 13zM8 1.5a6.5 6.5 0 0 1 0 13v-1.3a5.2 5.2 0 0 0 0-10.4z",
};

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  // JupyterLab and Notebook take keys before the element hears them, but not from one that says this.
  made.setAttribute("data-lm-suppress-shortcuts", "");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// Put words into an element. The same words again would cost the page another layout.
export function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

// A drawing of one path; the text is ours alone, never a person's.
export function drawing(box, path, attributes = "") {
  const holder = document.createElement("template");
  holder.innerHTML = `<svg viewBox="0 0 ${box}" aria-hidden="true"><path d="${path}" ${attributes}/></svg>`;
  return holder.content.firstChild;
}

export const icon = (name) => drawing("16 16", ICONS[name]);

export function button(name, label, action, extra = {}) {
  return element(
    "button",
    { type: "button", "aria-label": label, title: label, "data-do": name, onclick: action, ...extra },
    icon(name),
  );
}

// Where an event is, in pixels of the element that hears it.
export function placeOf(event) {
  const box = event.currentTarget.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

// Which lessons are done, as this browser remembers it.

const KEPT = "optiviz-lessons";
const here = new Set(); // where nothing can be stored, it holds for this page

export function done() {
  try {
    const names = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return new Set([...here, ...(Array.isArray(names) ? names : [])]);
  } catch {
    return new Set(here); // no storage, or something else in it
  }
}

export function finish(name) {
  here.add(name);
  try {
    localStorage.setItem(KEPT, JSON.stringify([...done()]));
  } catch {
    // Full or refused.
  }
}

// The lessons that are done as the end of an address: where nothing can be stored, or where a browser
// keeps apart what pages from a disk store, a link brings them along.
export const carried = () => `#done=${[...done()].join(",")}`;

// Take in what a link brought along; `known` are the lessons that there are.
export function receive(hash, known) {
  const names = /^#done=([a-z0-9,-]*)$/.exec(hash)?.[1].split(",") ?? [];
  for (const name of names) if (known.includes(name)) finish(name);
}

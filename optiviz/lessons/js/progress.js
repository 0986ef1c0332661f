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

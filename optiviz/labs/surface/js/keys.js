// The keys of the lab as the help lists them, and those while a lesson asks: those of its answer, and none
// that would tell it.

export const HELP = [
  ["The lab", [
    ["Ctrl Z, Ctrl Y", "undo, redo"],
    ["K, F", "pin the run that is set; all values of its setting at once"],
    ["on the map: arrow keys, Enter", "choose a pair of η and β, and play it"],
    ["in a lesson: arrow keys, Enter", "move the cross-hair, draw, or choose; commit to the answer"],
  ]],
];

const FREE = ["?", "Tab", "Escape", "d", "D", "p", "P", "+", "=", "-", "0"]; // keys that tell nothing

export function press(lessons, event) {
  if (!lessons.asks || event.ctrlKey || event.metaKey || event.altKey) return;
  const { way, phase, lab } = lessons;
  const { target, key } = event;
  const field = target.closest?.("input, select, textarea, dialog");
  const sure = way.enters ? !field && !target.closest?.("button") : target.type === "range";
  const enters = key === "Enter" && sure;
  const mine = phase === "asking" && (enters || (!field && way.key(event)));
  const tells = target === document.body || lab.player.root.contains(target);
  if (!mine && (!tells || FREE.includes(key))) return;
  event.stopPropagation();
  if (!mine) return;
  event.preventDefault();
  if (enters) lessons.commit();
}

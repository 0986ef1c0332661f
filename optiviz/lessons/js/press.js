// The keys while a lesson asks: those of its answer, and none that would tell it.

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

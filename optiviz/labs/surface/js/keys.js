// The keys of the lab as the help lists them.

export const HELP = [
  ["The lab", [
    ["Ctrl Z, Ctrl Y", "undo, redo"],
    ["K, F", "pin the run that is set; all values of its setting at once"],
    ["on the map: arrow keys, Enter", "choose a pair of η and β, and play it"],
    ["in a lesson: arrow keys, Enter", "move the cross-hair, draw, or choose; commit to the answer"],
  ]],
];

// What each key does, in one table: it binds them, and the help lists them.

// What is shown of the picture: its words, its key, and what else there is to say of it.
export const TOGGLES = {
  velocity: ["velocity", "V"],
  carried: ["β·v", "B", "What is carried on of the last velocity"],
  gradient: ["−η·gradient", "G"],
  batch: ["batch", "M", "The surface of this step's batch"],
  ghost: ["before", "O", "The paths before the last change"],
  axes: ["axes", "X", "The axes of the curvature at the minimum"],
};

// The first key of a pair goes back, the second on.
const way = ({ keys }, { key }) => (keys.indexOf(key) ? 1 : -1);

export const TABLE = [
  { keys: [" "], name: "Space", does: "play or pause", act: (player) => player.toggle() },
  {
    keys: ["ArrowLeft", "ArrowRight"], name: "← →", does: "a step back or on, with Shift ten",
    act: (player, event, row) => player.stepBy(way(row, event) * (event.shiftKey ? 10 : 1)),
  },
  {
    keys: ["Home", "End"], name: "Home End", does: "to the start or the end",
    act: (player, event, row) => player.goTo(way(row, event) > 0 ? player.steps : 0),
  },
  {
    keys: [",", "."], name: ", .", does: "to the mark before or the next: what happened there is said",
    act: (player, event, row) => player.goToStop(way(row, event)),
  },
  {
    keys: ["[", "]"], name: "[ ]", does: "slower or faster",
    act: (player, event, row) => player.faster(way(row, event)),
  },
  { keys: ["l"], name: "L", does: "play it again and again", act: (player) => player.setLoop(!player.loop) },
  ...Object.entries(TOGGLES).map(([name, [words, key, hint = words]]) => ({
    keys: [key.toLowerCase()], name: key, does: `show or hide: ${hint[0].toLowerCase()}${hint.slice(1)}`,
    act: (player) => player.show(name),
  })),
  {
    keys: ["-", "+", "="], name: "− +", does: "smaller or larger",
    act: (player, event, row) => player.plane.zoomBy(1.5 ** way(row, event)),
  },
  { keys: ["0"], name: "0", does: "the whole picture", act: (player) => player.goHome() },
  {
    keys: ["p"], name: "P", does: "present on the whole screen; there a clicker (Page ↑ ↓) goes from mark to mark",
    act: (player) => player.presenting.toggle(),
  },
  { keys: ["d"], name: "D", does: "light or dark", act: (player) => player.turnTheme() },
  { keys: ["?"], name: "?", does: "this help", act: (player) => player.help.open() },
];

const BOUND = new Map(TABLE.flatMap((row) => row.keys.map((key) => [key, row])));
const NAMED = [...BOUND.keys()].filter((key) => key.length > 1);

// Do what a key says, unless a field, a button or a dialog has a use for it of its own.
export function press(player, event) {
  const target = event.target;
  const typing = target.closest("input:not([type=range]), select, textarea, dialog");
  const own = target.closest("button") ? [" "] : target.matches("[type=range]") ? NAMED : [];
  if (typing || event.ctrlKey || event.metaKey || event.altKey || own.includes(event.key)) return;
  const row = BOUND.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  if (!row) return;
  event.preventDefault();
  row.act(player, event, row);
}

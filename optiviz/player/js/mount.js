// The player in a page of its own; widget.js has it in a notebook.

import { obey } from "./embed.js";
import { Player } from "./player.js";

const CUTS = ["400 1em Inter", "600 1em Inter", "italic 1em Inter"];

export function mount(root, ground, paths, options = {}) {
  const player = new Player(root, { fills: true, ...options });
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  player.setGround(bytes(ground));
  player.setPaths(bytes(paths));
  obey(player, globalThis.location?.search ?? "");
  player.frame(performance.now()); // at once: who takes a picture of the page may wait for no other
  settle(player);
  return player;
}

// Canvases do not wait for a typeface, though it is in the page: they are drawn again with it.
async function settle(player) {
  await Promise.allSettled(CUTS.map((cut) => document.fonts?.load(cut)));
  if (!player.gone.signal.aborted) player.redraw();
}

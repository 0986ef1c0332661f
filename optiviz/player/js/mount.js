// Where a player is mounted: a page of its own, or a notebook.

import { element } from "./dom.js";
import { view } from "./numbers.js";
import { Player } from "./player.js";

// In a page of its own.
export function mount(root, ground, paths, options = {}) {
  const player = new Player(root, { fills: true, ...options });
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  player.setGround(bytes(ground));
  player.setPaths(bytes(paths));
  return player;
}

// In a notebook, as an anywidget with the traits ground, paths, theme and start.
export function render({ model, el }) {
  const root = el.appendChild(element("div"));
  const onStart = (start) => {
    model.set("start", start);
    model.save_changes();
  };
  const player = new Player(root, {
    theme: model.get("theme"),
    onStart: model.get("movable") ? onStart : null,
  });
  const take = {
    ground: () => player.setGround(view(model.get("ground"))),
    paths: () => player.setPaths(view(model.get("paths"))),
    theme: () => player.setTheme(model.get("theme")),
  };
  take.ground();
  take.paths();
  for (const [name, action] of Object.entries(take)) model.on(`change:${name}`, action);
  return () => {
    for (const [name, action] of Object.entries(take)) model.off(`change:${name}`, action);
    player.dispose();
  };
}

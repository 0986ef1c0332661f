// The player as a widget of any host, an AFM module: the model's traits and what the player shows
// are one. Of the model it asks get, set, save_changes, on and off, and nothing else.

import { element } from "./dom.js";
import { Silence } from "./host.js";
import { view } from "./numbers.js";
import { Player } from "./player.js";

const SAID = ["step", "playing", "theme"]; // by the views
const PAUSE = 100; // milliseconds between two messages to Python while it plays

// For each of some names, hear of the trait's changes; how to end that.
function hearing(model, actions) {
  for (const [name, action] of Object.entries(actions)) model.on(`change:${name}`, action);
  return () => {
    for (const [name, action] of Object.entries(actions)) model.off(`change:${name}`, action);
  };
}

// What the views show is told to Python a few times a second, however many views there are.
export function initialize({ model }) {
  let timer = null;
  const tell = () => {
    timer = null;
    model.save_changes();
  };
  const soon = () => (timer ??= setTimeout(tell, PAUSE));
  const end = hearing(model, Object.fromEntries(SAID.map((name) => [name, soon])));
  return () => {
    clearTimeout(timer);
    end();
  };
}

export function render({ model, el }) {
  el.classList.add("ov-guest");
  const root = el.appendChild(element("div", { tabindex: "-1" }));
  const silent = el.appendChild(element("p", { class: "ov-silent", role: "status", hidden: true }));
  // The still picture beside it has done its service.
  el.appendChild(element("style", {}, `[data-of="${model.get("still")}"] { display: none !important; }`));
  const onStart = (start) => {
    if (String(start) === String(model.get("start"))) return;
    silence.asked();
    model.set("start", start);
    model.save_changes();
  };
  const onDraw = () => {
    for (const name of SAID) if (model.get(name) !== player[name]) model.set(name, player[name]);
  };
  let player = new Player(root, { theme: model.get("theme"), onStart, onDraw });
  const silence = new Silence((words) => {
    silent.hidden = !words;
    silent.textContent = words;
  }, player.gone.signal);
  // A message may tell of several traits, in any order.
  const taken = {};
  const fill = () => {
    const [ground, paths] = [model.get("ground"), model.get("paths")];
    const moved = ground !== taken.ground;
    if (moved) player.setGround(view(ground));
    if (moved || paths !== taken.paths) player.setPaths(view(paths));
    Object.assign(taken, { ground, paths });
    silence.heard();
  };
  const take = {
    movable: () => (player.onStart = model.get("movable") ? onStart : null),
    ground: fill,
    paths: fill,
    theme: () => model.get("theme") !== player.theme && player.setTheme(model.get("theme")),
    step: () => {
      if (model.get("paths") !== taken.paths) fill();
      if (model.get("step") !== player.step) player.seek(model.get("step"));
    },
    playing: () => model.get("playing") !== player.playing && player.toggle(),
  };
  for (const action of Object.values(take)) action();
  const end = hearing(model, take);
  return () => {
    end();
    player.dispose();
    player = null; // a notebook keeps this function for as long as its page is open
  };
}

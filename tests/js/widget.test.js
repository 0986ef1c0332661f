// The player as a widget: a model with the few functions that every host has, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { initialize, render } from "../../optiviz/player/js/widget.js";
import { descent, groundPack, pathsPack } from "./canvas.js";
import { draw } from "./page.js";

const bytes = (block) => new DataView(Uint8Array.from(block).buffer);

// A host's model: setting a value tells who listens, and anything beyond the contract fails.
function model(facts = {}) {
  const values = { ground: bytes(groundPack()), paths: bytes(pathsPack([descent()])), theme: "light", start: [2, 1], movable: true, step: 10, playing: false, ...facts };
  const heard = [];
  const made = {
    saved: 0,
    heard,
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      for (const [event, action] of [...heard]) if (event === `change:${name}`) action();
    },
    save_changes: () => void made.saved++,
    on: (event, action) => heard.push([event, action]),
    off: (event, action) => heard.splice(heard.findIndex((one) => one[0] === event && one[1] === action), 1),
  };
  const asked = ["get", "set", "save_changes", "on", "off"];
  made.given = new Proxy(made, {
    get: (_, name) => {
      assert.ok(asked.includes(name), `the player asks for ${String(name)}`);
      return made[name];
    },
  });
  return made;
}

function shown(facts) {
  const host = model(facts);
  const el = document.createElement("div");
  el.appendChild = (child) => (el.append(child), child);
  const end = render({ model: host.given, el });
  draw();
  const find = (name) => el.all((part) => part.attributes?.class === name);
  return { host, el, end, find, counter: () => find("ov-counter")[0].textContent };
}

const press = (el, key) => el.children[0].fire("keydown", { key });

test("a model fills the player and follows it until the end", () => {
  const { host, el, end, find } = shown();
  assert.equal(find("ov-label").length, 1);
  host.set("paths", bytes(pathsPack([descent(), descent()])));
  draw();
  assert.equal(find("ov-label").length, 2);
  find("ov-plane")[0].children[0].fire("pointerdown", { clientX: 200, clientY: 100 });
  assert.notDeepEqual(host.get("start"), [2, 1]);
  assert.equal(host.saved, 1);
  end();
  assert.deepEqual(host.heard, []);
  assert.deepEqual(el.children[0].children, [], "what a notebook keeps is empty");
});

test("nothing can be moved where nobody could run it again", () => {
  const { host, find } = shown({ movable: false });
  find("ov-plane")[0].children[0].fire("pointerdown", { clientX: 200, clientY: 100 });
  assert.deepEqual(host.get("start"), [2, 1]);
});

test("the step, whether it plays and the theme are the model's, both ways", () => {
  const { host, el, counter } = shown({ step: 4 });
  assert.equal(counter(), "step 4 / 10");
  host.set("step", 7);
  draw();
  assert.equal(counter(), "step 7 / 10");
  press(el, "ArrowLeft");
  draw();
  assert.equal(host.get("step"), 6);
  host.set("step", 99);
  draw();
  assert.equal(host.get("step"), 10, "there are ten steps");
  press(el, "d");
  draw();
  assert.equal(host.get("theme"), "dark");
  host.set("theme", "light");
  assert.equal(el.children[0].dataset.theme, "light");
  press(el, " ");
  draw();
  assert.equal(host.get("playing"), true);
  host.set("playing", false);
  draw();
  press(el, "ArrowRight");
  draw();
  assert.equal(host.get("playing"), false);
});

test("a step that comes while it plays does not stop it", () => {
  const { host, counter } = shown({ playing: true, step: 0 });
  draw(0);
  draw(100);
  host.set("step", 5);
  draw(100);
  assert.deepEqual([counter(), host.get("playing")], ["step 5 / 10", true]);
});

test("two views of one model show one step", () => {
  const one = shown({ step: 3 });
  const el = document.createElement("div");
  el.appendChild = (child) => (el.append(child), child);
  render({ model: one.host.given, el });
  draw();
  press(el, "ArrowRight");
  draw();
  draw();
  assert.equal(one.counter(), "step 4 / 10");
});

test("a picture with a title of its own is called so, and not as its ground", () => {
  const { host, find } = shown();
  host.set("ground", bytes(groundPack({ title: "Other" })));
  host.set("paths", bytes(pathsPack([descent(20)], { title: "Momentum is faster" })));
  draw();
  assert.equal(find("ov-title")[0].textContent, "Momentum is faster");
});

test("another ground and other paths may come in any order", () => {
  for (const order of [["ground", "paths"], ["paths", "ground"]]) {
    const { host, find } = shown();
    const sent = { ground: bytes(groundPack({ title: "Other" })), paths: bytes(pathsPack([descent(20)])) };
    for (const name of order) host.set(name, sent[name]);
    draw();
    assert.equal(find("ov-title")[0].textContent, "Other");
    assert.equal(find("ov-counter")[0].textContent, "step 20 / 20");
  }
});

test("what the views say is sent to Python a few times a second", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const host = model({ step: 0 });
  const end = initialize({ model: host.given });
  for (let step = 1; step <= 9; step++) {
    host.set("step", step);
    context.mock.timers.tick(40);
  }
  assert.ok(host.saved >= 3 && host.saved <= 4, `${host.saved} messages in 360 ms`);
  end();
  assert.deepEqual(host.heard, []);
});

test("Python's silence is said, and only while it lasts", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { host, find, end } = shown();
  const words = () => (find("ov-silent")[0].hidden ? "" : find("ov-silent")[0].textContent);
  find("ov-plane")[0].children[0].fire("pointerdown", { clientX: 200, clientY: 100 });
  context.mock.timers.tick(1000);
  assert.equal(words(), "");
  context.mock.timers.tick(2000);
  assert.match(words(), /Python does not answer/);
  host.set("paths", bytes(pathsPack([descent()])));
  assert.equal(words(), "");
  end();
});

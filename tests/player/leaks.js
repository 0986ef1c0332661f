// Before a page: counts what outlives a player, observers, listeners of what stays, timers and
// frames that were asked for. After it, mounts fifty players, one after the other.

const live = { observers: new Set(), listeners: new Set(), timers: new Set(), frames: new Set() };
for (const name of ["ResizeObserver", "MutationObserver", "IntersectionObserver"]) {
  const { observe, disconnect } = window[name].prototype;
  window[name].prototype.observe = function (...of) {
    live.observers.add(this);
    observe.apply(this, of);
  };
  window[name].prototype.disconnect = function () {
    live.observers.delete(this);
    disconnect.call(this);
  };
}
const { addEventListener: listen, removeEventListener: leave } = EventTarget.prototype;
EventTarget.prototype.addEventListener = function (name, action, options) {
  const stays = this === window || !(this instanceof Node) || document.contains(this);
  if (stays && !(this instanceof AbortSignal)) {
    live.listeners.add(action);
    options?.signal && listen.call(options.signal, "abort", () => live.listeners.delete(action));
  }
  listen.call(this, name, action, options);
};
EventTarget.prototype.removeEventListener = function (name, action, options) {
  live.listeners.delete(action);
  leave.call(this, name, action, options);
};
for (const [kind, begin, end] of [
  ["timers", "setTimeout", "clearTimeout"],
  ["timers", "setInterval", "clearInterval"],
  ["frames", "requestAnimationFrame", "cancelAnimationFrame"],
]) {
  const [ask, cancel] = [window[begin], window[end]];
  window[begin] = (action, ...rest) => {
    const id = ask((...of) => {
      if (begin !== "setInterval") live[kind].delete(id);
      action(...of);
    }, ...rest);
    live[kind].add(id);
    return id;
  };
  window[end] = (id) => {
    live[kind].delete(id);
    cancel(id);
  };
}
const counts = () => Object.fromEntries(Object.entries(live).map(([name, { size }]) => [name, size]));

async function fifty(mount, ...packs) {
  const most = {};
  for (let i = 0; i < 50; i++) {
    const player = mount(document.getElementById("player"), ...packs, { theme: "auto" });
    await new Promise(requestAnimationFrame);
    if (i % 2) player.play();
    await new Promise(requestAnimationFrame);
    for (const [name, n] of Object.entries(counts())) most[name] = Math.max(most[name] ?? 0, n);
    player.dispose();
  }
  return { most, after: counts() };
}

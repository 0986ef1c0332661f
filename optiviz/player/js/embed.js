// What the address of a page asks of its player, where a deck or a site has it in a frame:
// ?start=20 the step it opens at, ?autoplay=1 it plays when it is seen, ?controls=0 the picture only.

export function obey(player, query) {
  const asked = new URLSearchParams(query);
  const on = (name) => asked.has(name) && asked.get(name) !== "0";
  const start = Number(asked.get("start") || 0);
  player.root.classList.toggle("ov-bare", asked.get("controls") === "0");
  const plays = on("autoplay") && !player.calm;
  if (Number.isFinite(start) && (plays || asked.has("start"))) player.goTo(Math.round(start));
  if (plays) playSeen(player, player.step);
}

// Play whenever the page comes into view, and as reveal.js says which slide is shown.
function playSeen(player, start) {
  const { signal } = player.gone;
  const begin = (again) => {
    if (again || player.time >= player.steps) player.goTo(start);
    player.play();
  };
  const seen = new IntersectionObserver((found) => (found.at(-1).isIntersecting ? begin(false) : player.pause()));
  seen.observe(player.root);
  const hear = ({ data }) => (data === "slide:start" ? begin(true) : data === "slide:stop" && player.pause());
  window.addEventListener("message", hear, { signal });
  signal.addEventListener("abort", () => seen.disconnect(), { once: true });
}

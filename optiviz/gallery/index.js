/* Pictures play where they are looked at, and stop where they are not; a tap plays or stops one. */
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const images = [...document.querySelectorAll("img[data-moving]")];
for (const image of images) image.dataset.still = image.src;

function play(image, on) {
  const wanted = new URL(on ? image.dataset.moving : image.dataset.still, location).href;
  if (image.src !== wanted) image.src = wanted;
  image.classList.toggle("playing", on);
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, intersectionRatio: share } of entries) {
      if (share < 0.5) play(target, false);
      else if (share > 0.85 && !calm) play(target, true);
    }
  },
  { threshold: [0.5, 0.9] },
);
for (const image of images) seen.observe(image);

for (const button of document.querySelectorAll("button.picture")) {
  const image = button.querySelector("img");
  button.addEventListener("click", () => play(image, !image.classList.contains("playing")));
}

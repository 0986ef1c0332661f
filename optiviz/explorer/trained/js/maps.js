// The maps of the page, where a click or an arrow key chooses: they are in it before any script is.

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const KINDS = /\btr-(?:\d+|lost|none|works|here)\b/g;

export class Maps {
  constructor(page, root) {
    this.page = page;
    this.node = root;
    this.maps = [...root.querySelectorAll(".tr-map")].map((figure, lane) => {
      const cells = [...figure.querySelectorAll(".tr-cell")].map((cell) => [cell, cell.dataset.at.split(",").map(Number)]);
      for (const [cell, place] of cells) cell.addEventListener("click", () => this.choose(lane, place));
      const canvas = figure.querySelector("svg");
      canvas.setAttribute("tabindex", 0);
      canvas.setAttribute("role", "application");
      canvas.setAttribute("aria-label", `Map of ${page.book.facts.lanes[lane].label}: arrow keys choose another network`);
      canvas.addEventListener("keydown", (event) => this.key(lane, event));
      return { figure, cells };
    });
  }

  choose(lane, place) {
    const { book } = this.page;
    book.look(lane);
    for (const axis of book.at[lane].keys()) if (axis < 2) book.choose(lane, axis, place[axis]);
    this.page.turn();
  }

  key(lane, event) {
    const move = MOVES[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { book } = this.page;
    this.choose(lane, move.map((by, axis) => (book.at[lane][axis] ?? 0) + by));
  }

  // Every cell says what became of its settings, the others as they are chosen.
  draw() {
    const { book } = this.page;
    for (const [lane, { figure, cells }] of this.maps.entries()) {
      const here = book.at[lane];
      figure.classList.toggle("tr-own", lane === book.lane);
      for (const [cell, place] of cells) {
        const at = here.map((value, axis) => (axis < 2 ? place[axis] : value));
        const node = book.facts.nodes[book.node(lane, at)];
        const kind = !node ? "tr-none" : node.shade === null ? "tr-lost" : `tr-${node.shade}`;
        const kinds = [kind, node?.works && "tr-works", `${at}` === `${here}` && "tr-here"].filter(Boolean);
        cell.setAttribute("class", `${cell.getAttribute("class").replace(KINDS, "").trim()} ${kinds.join(" ")}`.replace(/\s+/g, " "));
        cell.querySelector("title").textContent = node ? `${node.words ? `${node.words}: ` : ""}${node.verdict}` : "not trained";
        const words = cell.querySelector("text");
        if (words.textContent || here.length > 2) words.textContent = worded(node);
      }
    }
  }
}

// As Python writes it.
function worded(node) {
  if (!node) return "";
  return node.accuracy === null ? "lost" : (100 * node.accuracy).toFixed(1);
}

// The networks of a page, and which of them are chosen: every rule has its own settings.

export class Book {
  constructor(facts) {
    this.facts = facts;
    let net = 0;
    this.firsts = facts.nodes.map(({ seeds }) => (net += seeds.length) - seeds.length);
    let from = 0;
    this.offsets = [...facts.count].map((count) => (from += count) - count);
    this.places = new Map(facts.nodes.map(({ lane, at }, i) => [`${lane}:${at}`, i]));
    const best = facts.lanes.map((_, lane) => this.best(lane));
    this.at = best.map((node) => [...facts.nodes[node].at]);
    this.lane = facts.nodes[this.best()].lane;
    this.seed = 0;
  }

  // The node with the highest accuracy, of a rule or of all.
  best(lane = null) {
    const { nodes } = this.facts;
    const own = [...nodes.keys()].filter((i) => lane === null || nodes[i].lane === lane);
    return own.reduce((a, b) => ((nodes[b].accuracy ?? -1) > (nodes[a].accuracy ?? -1) ? b : a));
  }

  // The node that is chosen of a rule; -1 where no network was trained with these settings.
  node(lane = this.lane, at = this.at[lane]) {
    return this.places.get(`${lane}:${at}`) ?? -1;
  }

  // Choose a value of a rule's setting, and look at that rule.
  choose(lane, axis, value) {
    const { axes } = this.facts.lanes[lane];
    if (!(axis in axes && value >= 0 && value < axes[axis].words.length)) return;
    this.at[lane][axis] = value;
    this.look(lane);
  }

  look(lane) {
    if (lane in this.facts.lanes) this.lane = lane;
  }

  nets(node) {
    return this.facts.nodes[node].seeds.map((_, i) => this.firsts[node] + i);
  }

  // The network whose wrong images are shown.
  get net() {
    const node = this.node();
    return node < 0 ? -1 : this.firsts[node] + Math.min(this.seed, this.facts.nodes[node].seeds.length - 1);
  }

  // The points of a network's curve.
  curve(net, name) {
    const { epoch, count } = this.facts;
    const from = this.offsets[net];
    return Array.from({ length: count[net] }, (_, k) => [epoch[from + k], this.facts[name][from + k]]);
  }

  // The mean over the seeds and the deviation to each side, of those that did not diverge; of what
  // has only such, the curve of the one that came furthest.
  band(node, name) {
    const nets = this.nets(node);
    const kept = nets.filter((net) => !this.facts.lost[net]);
    const { count } = this.facts;
    const furthest = nets.reduce((a, b) => (count[b] > count[a] ? b : a));
    const curves = (kept.length ? kept : [furthest]).map((net) => this.curve(net, name));
    return curves[0].map(([epoch], k) => {
      const values = curves.map((curve) => curve[k]?.[1] ?? NaN);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return { epoch, mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
    });
  }

  // The shown images that a network takes for another class than their own.
  wrong(net) {
    const { labels, guesses, classes } = this.facts;
    const own = guesses.subarray(net * labels.length, (net + 1) * labels.length);
    return [...labels.keys()]
      .filter((image) => own[image])
      .map((image) => ({ image, label: labels[image], guess: (labels[image] + own[image]) % classes.length }));
  }

  // The shades of an image, from 0 to 15, row by row.
  picture(image) {
    const { pictures, side } = this.facts;
    const pixels = side[0] * side[1];
    return Uint8Array.from({ length: pixels }, (_, k) => {
      const at = image * pixels + k;
      return at % 2 ? pictures[at >> 1] >> 4 : pictures[at >> 1] & 15;
    });
  }

  // What is chosen, for the address of the page.
  get address() {
    return [this.lane, this.seed, ...this.at.flat()].join(",");
  }

  recall(text) {
    const [lane, seed, ...rest] = text.split(",").map(Number);
    if (rest.length !== this.at.flat().length || ![lane, seed, ...rest].every(Number.isInteger)) return;
    for (const [i, at] of this.at.entries())
      for (const axis of at.keys()) this.choose(i, axis, rest.shift());
    this.look(lane);
    this.seed = Math.max(seed, 0);
  }
}

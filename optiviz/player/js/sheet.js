// A canvas as large as its element, sharp on dense screens, with a still part that is kept.

export class Sheet {
  constructor(player, canvas) {
    this.player = player;
    this.canvas = canvas;
    this.still = document.createElement("canvas");
    this.stale = true;
  }

  // What nothing shines through is put on the screen sooner. It is black until it is drawn on, and so
  // asked for no sooner.
  get context() {
    return this.canvas.getContext("2d", { alpha: false });
  }

  // Whether there is anything to draw on.
  measure() {
    const box = this.canvas.getBoundingClientRect();
    const dense = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(box.width * dense), Math.round(box.height * dense)];
    if (width <= 40 || height <= 40) return false; // it keeps what it shows, which nobody can see
    if (width !== this.canvas.width || height !== this.canvas.height || dense !== this.dense) {
      Object.assign(this, { dense, width: width / dense, height: height / dense, stale: true });
      Object.assign(this.canvas, { width, height });
    }
    return true;
  }

  // A canvas as large as this one, and empty; one that is so large already keeps its memory.
  begin(canvas) {
    const { width, height } = this.canvas;
    const context = canvas.getContext("2d");
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    return context;
  }

  draw() {
    if (!this.measure()) return;
    if (this.stale) {
      this.stale = false;
      this.lay();
    }
    const context = this.context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = this.player.look.background;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.under(context);
    context.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    this.move(context);
  }

  // Put the still part below.
  under(context) {
    context.drawImage(this.still, 0, 0);
  }

  // Give its pixels back.
  free() {
    for (const canvas of [this.canvas, this.still, this.drawn])
      if (canvas) Object.assign(canvas, { width: 0, height: 0 });
  }

  font(size, weight = "") {
    return `${weight} ${size * this.player.scale}px Inter, system-ui, "Segoe UI", Roboto, sans-serif`;
  }
}

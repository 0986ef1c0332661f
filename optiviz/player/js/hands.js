// What a pointer does to the plane: drag a start, pan, pinch, zoom.

import { placeOf } from "./dom.js";

export class Hands {
  constructor(player, signal) {
    this.player = player;
    this.pointers = new Map();
    const { canvas } = player;
    const on = (name, action) =>
      canvas.addEventListener(name, (event) => action.call(this, event), { passive: false, signal });
    on("pointerdown", this.down);
    on("pointermove", this.move);
    on("pointerup", this.up);
    on("pointercancel", this.up);
    on("pointerleave", () => player.point(null));
    on("dblclick", () => player.goHome());
    on("wheel", this.wheel);
  }

  down(event) {
    const { player } = this;
    const place = placeOf(event);
    if (event.button === 2 || !player.plane.inside(...place)) return;
    player.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, place);
    this.pans = event.shiftKey || event.button === 1 || this.pointers.size > 1;
    if (event.button === 1) event.preventDefault();
    if (event.pointerType !== "touch" && !this.pans) player.begin(place);
    this.moved = 0;
  }

  move(event) {
    const { player } = this;
    const place = placeOf(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) return player.point(event.pointerType === "touch" ? null : place);
    const [dx, dy] = [place[0] - before[0], place[1] - before[1]];
    this.moved += Math.hypot(dx, dy);
    if (this.pointers.size === 2) this.pinch(event.pointerId, place);
    else if (this.pans) player.plane.panBy(dx, dy);
    else if (event.pointerType !== "touch") player.begin(place);
    this.pointers.set(event.pointerId, place);
  }

  up(event) {
    const here = this.pointers.get(event.pointerId);
    this.pointers.delete(event.pointerId);
    const tap = event.type === "pointerup" && event.pointerType === "touch" && this.moved < 12;
    if (here && tap && !this.pans) this.player.begin(here);
  }

  // Two fingers: what lay under them stays under them.
  pinch(id, place) {
    const { plane } = this.player;
    const [other] = [...this.pointers].filter(([key]) => key !== id).map(([, at]) => at);
    const before = this.pointers.get(id);
    const size = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]);
    const middle = [(place[0] + other[0]) / 2, (place[1] + other[1]) / 2];
    plane.panBy((place[0] - before[0]) / 2, (place[1] - before[1]) / 2);
    plane.zoomBy(size(place) / Math.max(size(before), 1), ...middle);
  }

  wheel(event) {
    const { plane, wheels } = this.player;
    const place = placeOf(event);
    if (!(wheels || event.ctrlKey || event.metaKey) || !plane.inside(...place)) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    plane.zoomBy(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), ...place);
  }
}

// Presenting: the picture and two panels on the whole screen, in large words; what controls it is
// there while the pointer moves.

export const LARGER = 1.6; // times the size of the words
const STILL = 2500; // milliseconds without a movement, after which the controls go
const TURNS = { PageDown: 1, PageUp: -1 }; // the keys of what a lecturer holds in the hand

export class Presenting {
  // `host` is what fills the screen: the player, or the lab around it. More keys than a clicker's may `turn` it.
  constructor(player, host, signal, turns = TURNS) {
    Object.assign(this, { player, host, turns, on: false });
    host.style.setProperty("--ov-larger", LARGER); // for what is no drawing
    const moved = () => this.wake();
    for (const name of ["pointermove", "pointerdown", "focusin"])
      host.addEventListener(name, moved, { signal });
    // The Escape key takes the screen back, and so ends it.
    const left = () => document.fullscreenElement || this.set(false);
    document.addEventListener("fullscreenchange", left, { signal });
    document.addEventListener("keydown", (event) => this.press(event), { signal, capture: true });
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  // To the next of what is presented, or the one before.
  press(event) {
    const by = this.turns[event.key];
    if (!this.on || !by || event.target.closest?.("table, input:not([type=range]), select, textarea, dialog")) return;
    event.preventDefault();
    event.stopPropagation();
    this.player.turn(by);
  }

  toggle() {
    this.set(!this.on);
    // A frame may not be allowed the screen: it then fills what it has.
    if (this.on) this.host.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
  }

  set(on) {
    if (on === this.on) return;
    this.on = on;
    this.host.classList.toggle("ov-presents", on);
    this.player.setTheme(this.player.theme);
    this.wake();
  }

  wake() {
    clearTimeout(this.timer);
    this.host.classList.remove("ov-still");
    if (this.on) this.timer = setTimeout(() => this.host.classList.add("ov-still"), STILL);
  }
}

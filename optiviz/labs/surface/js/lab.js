// The surface lab: controls at the left, a map beside the path, files to take away.

import { drawing, element, icon } from "../../../player/js/dom.js";
import { disc, star } from "../../../player/js/marks.js";
import { blend, clamp, number, powers, ticks, unpack, view } from "../../../player/js/numbers.js";
import { Player } from "../../../player/js/player.js";

const LAB_FILES = [".gif", ".mp4", ".png", ".svg", ".html"];
const settled = (action, wait) => {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };
};

// A value as a person would write it.
function plainly(value, digits = 4) {
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e5)) return number(value, 2);
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

// A slider over a knob's values: the read-out and the spoken value are the value itself.
function slider(knob, get, set, extra = {}) {
  const { values } = knob;
  const nearest = (value) =>
    values.reduce((best, v, i) => (Math.abs(v - value) < Math.abs(values[best] - value) ? i : best), 0);
  const output = element("output");
  const input = element("input", {
    type: "range", min: 0, max: values.length - 1, step: 1, "aria-label": knob.label, ...extra,
    oninput: () => {
      set(values[input.value]);
      write(values[input.value]);
    },
  });
  const write = (value) => {
    const words = plainly(value);
    output.textContent = words;
    input.setAttribute("aria-valuetext", words);
    input.style.setProperty("--share", `${(100 * input.value) / (values.length - 1)}%`);
  };
  const read = () => {
    input.value = nearest(get());
    write(get());
  };
  read();
  return { read, node: element("label", { class: "lab-knob" }, element("span", {}, knob.label), output, input) };
}

// The map of η and β as a canvas: a click or Enter plays the cell.
class RateMapView {
  constructor(lab) {
    this.lab = lab;
    this.canvas = element("canvas", { tabindex: 0, role: "application", "aria-label": "Map of η and β: arrow keys move, Enter plays" });
    this.words = element("p", { class: "sl-map-words", role: "status" });
    this.node = element("figure", { class: "sl-map" }, element("figcaption", {}, (this.title = element("span")), (this.which = element("select", { "aria-label": "which optimiser is mapped", onchange: () => this.ask() }))), this.canvas, this.words);
    this.canvas.addEventListener("pointermove", (event) => this.point(this.cellAt(event)));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("click", (event) => this.choose(this.cellAt(event)));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  get shown() {
    return this.node.offsetParent !== null;
  }

  // Ask for the map of a lane, if it is seen and no longer the one that is shown.
  ask() {
    const { state, reply } = this.lab;
    const able = state.lanes.map((lane, i) => [lane, i]).filter(([lane]) => this.second(lane));
    const wanted = able.map(([lane, i]) => `${i} ${lane.rule}`).join();
    if (this.listed !== wanted) {
      this.listed = wanted;
      this.which.replaceChildren(...able.map(([lane, i]) => element("option", { value: i }, lane.rule)));
    }
    this.which.hidden = able.length < 2;
    this.lane = Number(this.which.value || 0);
    if (!this.shown) return;
    if (!able.length) return this.fail("None of these optimisers has a β to map beside η.");
    const lane = state.lanes[this.lane];
    const rest = Object.entries(lane).filter(([name]) => name !== "lr" && name !== this.second(lane));
    const key = JSON.stringify([reply.problem, rest, state.start, state.steps]);
    if (key === this.key_) return this.draw();
    this.key_ = key;
    this.lab.model.send({ type: "map", lane: this.lane });
  }

  second(lane) {
    return ["beta", "beta1", "rho"].find((name) => name in lane);
  }

  fail(words) {
    this.facts = this.key_ = null;
    this.title.textContent = "Map of η and β";
    this.words.textContent = words;
    this.canvas.hidden = true;
  }

  take(block) {
    this.facts = unpack(block);
    this.cursor = null;
    this.canvas.hidden = false;
    this.title.textContent = `Steps to converge: η and ${this.facts.y === "rho" ? "ρ" : this.facts.y === "beta1" ? "β₁" : "β"}`;
    this.draw();
    this.point(null);
  }

  get box() {
    return { left: 40, top: 6, width: this.canvas.clientWidth - 52, height: this.canvas.clientHeight - 46 };
  }

  // From a setting to a share of its axis: η is logarithmic, β is spread towards 1.
  shareX(value) {
    const { xs } = this.facts;
    return Math.log(value / xs[0]) / Math.log(xs.at(-1) / xs[0]);
  }

  shareY(value) {
    const { ys } = this.facts;
    return (value - ys[0]) / (ys.at(-1) - ys[0]);
  }

  place(x, y) {
    const { left, top, width, height } = this.box;
    const { xs, ys } = this.facts;
    const [n, m] = [xs.length, ys.length];
    return [
      left + ((this.shareX(x) * (n - 1) + 0.5) / n) * width,
      top + height - ((this.shareY(y) * (m - 1) + 0.5) / m) * height,
    ];
  }

  cellAt(event) {
    if (!this.facts) return null;
    const bounds = this.canvas.getBoundingClientRect();
    const { left, top, width, height } = this.box;
    const i = Math.floor(((event.clientX - bounds.left - left) / width) * this.facts.xs.length);
    const j = Math.floor((1 - (event.clientY - bounds.top - top) / height) * this.facts.ys.length);
    const there = i >= 0 && j >= 0 && i < this.facts.xs.length && j < this.facts.ys.length;
    return there ? [i, j] : null;
  }

  point(cell) {
    this.cursor = cell;
    if (!this.facts) return;
    const { xs, ys, taken, best, steps, y } = this.facts;
    const name = { beta: "β", beta1: "β₁", rho: "ρ" }[y];
    const at = (x, b) => `η ${plainly(x, 3)}, ${name} ${plainly(b, 3)}`;
    if (cell) {
      const t = taken[cell[1] * xs.length + cell[0]];
      const end = t < 0 ? "diverges" : t ? `${t} steps` : `not there in ${steps} steps`;
      this.words.textContent = `${at(xs[cell[0]], ys[cell[1]])}: ${end}`;
    } else this.words.textContent = best ? `○ fastest: ${at(best[0], best[1])}, ${best[2]} steps` : `Nothing converges in ${steps} steps.`;
    this.draw();
  }

  choose(cell) {
    if (!cell) return;
    const lane = this.lab.state.lanes[this.lane];
    lane.lr = Number(this.facts.xs[cell[0]].toPrecision(3));
    lane[this.facts.y] = Number(this.facts.ys[cell[1]].toPrecision(3));
    this.lab.playNext = true;
    this.lab.send();
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!this.facts || !(event.key in moves || event.key === "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return this.choose(this.cursor);
    const lane = this.lab.state.lanes[this.lane];
    const { xs, ys } = this.facts;
    const from = this.cursor ?? [
      Math.round(this.shareX(lane.lr) * (xs.length - 1)),
      Math.round(this.shareY(lane[this.facts.y]) * (ys.length - 1)),
    ];
    const [dx, dy] = moves[event.key];
    this.point([clamp(from[0] + dx, 0, xs.length - 1), clamp(from[1] + dy, 0, ys.length - 1)]);
  }

  draw() {
    const dense = window.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth < 60 || clientHeight < 60) return;
    Object.assign(this.canvas, { width: clientWidth * dense, height: clientHeight * dense });
    const context = this.canvas.getContext("2d");
    context.scale(dense, dense);
    if (!this.facts) return;
    this.drawCells(context);
    this.drawAxes(context);
    this.drawMarks(context);
  }

  drawCells(context) {
    const { look } = this.lab.player;
    const { xs, ys, taken, colors, best } = this.facts;
    const { ramp } = colors[look.isDark ? 1 : 0];
    const { left, top, width, height } = this.box;
    const slowest = Math.max(...taken, 2 * (best?.[2] ?? 1));
    const [w, h] = [width / xs.length, height / ys.length];
    taken.forEach((t, k) => {
      const [i, j] = [k % xs.length, Math.floor(k / xs.length)];
      const share = Math.log(t / (best?.[2] ?? 1)) / Math.log(slowest / (best?.[2] ?? 1));
      context.fillStyle = t > 0 ? ramp[Math.round(clamp(share, 0, 1) * (ramp.length - 1))] : t < 0 ? look.background : look.grid;
      context.fillRect(left + i * w, top + height - (j + 1) * h, w + 0.6, h + 0.6);
    });
    context.save();
    context.beginPath();
    taken.forEach((t, k) => {
      if (t < 0) context.rect(left + (k % xs.length) * w, top + height - (Math.floor(k / xs.length) + 1) * h, w + 0.6, h + 0.6);
    });
    context.clip();
    context.beginPath();
    for (let x = left - height; x < left + width; x += 7) {
      context.moveTo(x, top + height);
      context.lineTo(x + height, top);
    }
    context.strokeStyle = blend(look.muted, look.background, 0.5);
    context.lineWidth = 0.8;
    context.stroke();
    context.restore();
  }

  drawAxes(context) {
    const { look } = this.lab.player;
    const { xs, ys, y } = this.facts;
    const { left, top, width, height } = this.box;
    context.fillStyle = look.muted;
    context.font = '10.5px system-ui, "Segoe UI", Roboto, sans-serif';
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const [value, words] of powers(xs[0], xs.at(-1), width / 50))
      context.fillText(words, this.place(value, ys[0])[0], top + height + 5);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const [value, words] of ticks(ys[0], ys.at(-1), height / 36))
      context.fillText(words, left - 5, this.place(xs[0], value)[1]);
    context.fillStyle = look.text;
    context.textBaseline = "bottom";
    context.textAlign = "left";
    context.fillText("learning rate η", left, top + height + 38);
    context.fillText({ beta: "β", beta1: "β₁", rho: "ρ" }[y], 4, top + 16);
    context.fillStyle = look.muted;
    context.textAlign = "right";
    context.fillText("hatched: diverges", left + width, top + height + 38);
  }

  drawMarks(context) {
    const { player, state } = this.lab;
    const { look } = player;
    const { xs, ys, best, limit, theory, colors, y } = this.facts;
    const { left, top, width, height } = this.box;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    if (limit.length) {
      context.beginPath();
      ys.forEach((b, j) => context.lineTo(...this.place(limit[j], b)));
      context.strokeStyle = colors[look.isDark ? 1 : 0].theory;
      context.lineWidth = 2;
      context.stroke();
    }
    if (theory) star(context, ...this.place(...theory), 7, look.star, look.starEdge);
    if (best) ring(context, ...this.place(best[0], best[1]), 6, look.text, look.background);
    const lane = state.lanes[this.lane];
    if (lane && y in lane) {
      const run = player.runs[this.lane];
      disc(context, ...this.place(lane.lr, lane[y]), 5.5, run ? player.colorOf(run) : look.text, look.background);
    }
    if (this.cursor) {
      const [w, h] = [width / xs.length, height / ys.length];
      context.strokeStyle = look.text;
      context.lineWidth = 1.5;
      context.strokeRect(left + this.cursor[0] * w, top + height - (this.cursor[1] + 1) * h, w, h);
    }
    context.restore();
  }
}

function ring(context, x, y, radius, color, edge) {
  for (const [width, stroke] of [[4.5, edge], [2, color]]) {
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.stroke();
  }
}

class SurfaceLab {
  constructor(model, host) {
    this.model = model;
    this.offers = model.get("offers");
    this.serial = 0;
    this.scheme = window.matchMedia("(prefers-color-scheme: dark)");
    this.asked = new URLSearchParams(location.search);
    this.voila = Boolean(document.getElementById("rendered_cells") || document.body.dataset.voila);
    this.build(host);
    this.map = new RateMapView(this);
    this.mapLater = settled(() => this.map.ask(), 200);
    this.linkLater = settled(() => this.writeLink(), 400);
    this.replied = () => this.take();
    this.heard = (message, buffers) => this.hear(message, buffers);
    model.on("change:reply", this.replied);
    model.on("msg:custom", this.heard);
    this.chooseTheme(this.asked.get("look") ?? remembered());
    // A link is read by Python, which answers with the state; without one the usual start is there.
    const keys = ["problem", "optim", "steps", "start", "schedule", "batch-size", "batch", "seed"];
    if (this.voila && keys.some((key) => this.asked.has(key))) {
      model.set("sent", { serial: ++this.serial, query: location.search });
      model.save_changes();
    } else this.take();
  }

  build(host) {
    this.root = element("div", { class: "lab surface-lab" });
    this.stage = element("div");
    this.controls = element("section", { class: "lab-controls", "aria-label": "Controls" });
    this.note = element("p", { class: "sl-note", role: "status", hidden: true });
    this.situations = element(
      "select",
      { "aria-label": "Situations from the lecture", onchange: () => this.situation(Number(this.situations.value)) },
      element("option", { value: -1 }, "Situations …"),
      ...this.offers.situations.map(({ title }, i) => element("option", { value: i }, title)),
    );
    this.takeAway = this.buildTakeAway();
    this.linkButton = element("button", { type: "button", class: "lab-outlined", onclick: () => this.copy(this.link(), this.linkButton) }, "Copy link");
    this.columns = element("div", { class: "lab-columns" }, this.controls, element("main", { class: "sl-main" }, this.note, this.stage));
    this.root.append(
      element(
        "header",
        { class: "lab-header" },
        element("h1", {}, "optiviz ", element("span", {}, "Surface lab")),
        this.situations,
        element("span", { class: "lab-space" }),
        element("button", { type: "button", class: "lab-outlined", "aria-haspopup": "dialog", onclick: () => this.takeAway.showModal() }, "Take away"),
        this.linkButton,
        element("button", { type: "button", class: "lab-icon", "aria-label": "light or dark", title: "Light or dark", onclick: () => this.chooseTheme(this.player.look.isDark ? "light" : "dark", true) }, icon("theme")),
      ),
      this.columns,
      this.takeAway,
    );
    host.append(this.root);
    this.root.classList.toggle("sl-page", this.voila);
    this.player = new Player(this.stage, {
      title: false,
      wheel: true,
      onStart: (start) => {
        this.state.start = start;
        this.send();
      },
    });
    this.root.lab = this;
  }

  buildTakeAway() {
    this.making = element("p", { class: "lab-muted", role: "status" }, "The files show the runs as they are set now.");
    const file = (ending) =>
      element("button", { type: "button", class: "lab-outlined", "data-file": ending, onclick: () => this.make(ending) }, ending.slice(1).toUpperCase());
    const block = (title, name) => {
      const code = element("code", { tabindex: 0, "aria-label": title });
      this[name] = code;
      const button = element("button", { type: "button", class: "lab-outlined", onclick: () => this.copy(code.textContent, button) }, "Copy");
      return element("section", {}, element("div", { class: "lab-group-head" }, element("h2", {}, title), element("span", { class: "lab-space" }), button), element("pre", {}, code));
    };
    return element(
      "dialog",
      { class: "sl-dialog", "aria-label": "Take away" },
      element("div", { class: "lab-group-head" }, element("h2", {}, "Take away"), element("span", { class: "lab-space" }), element("button", { type: "button", class: "lab-icon", "aria-label": "close", onclick: () => this.takeAway.close() }, "✕")),
      element("div", { class: "sl-files" }, ...LAB_FILES.map(file)),
      this.making,
      block("The command that makes it again", "commandCode"),
      block("The Python that makes it again", "pythonCode"),
    );
  }

  // ---- to Python and back

  // Python takes the latest state only: messages wait in the page while it computes.
  send() {
    this.model.set("sent", { serial: ++this.serial, controls: this.state });
    this.model.save_changes();
  }

  take() {
    const reply = this.model.get("reply");
    const stale = this.serial && reply.serial !== this.serial;
    this.reply = reply;
    if (!reply.state) return;
    const first = !this.state;
    if (!stale) this.state = structuredClone(reply.state);
    if (this.problem !== reply.problem) {
      this.problem = reply.problem;
      this.player.setGround(view(this.model.get("ground")));
      this.player.setTheme(this.theme);
    }
    this.player.setPaths(view(this.model.get("paths")));
    if (first) this.addMap();
    if (first && this.asked.has("t") && this.voila) this.player.goTo(Number(this.asked.get("t")) || 0);
    if (!stale) this.writeControls();
    this.say(reply.notes.length ? reply.notes.join(" ") : this.looking, Boolean(reply.notes.length));
    this.writeCommand();
    this.pythonCode.textContent = reply.python;
    this.mapLater();
    this.linkLater();
    if (this.playNext && !stale) {
      this.playNext = false;
      this.player.goTo(0);
      this.player.play();
    }
    this.root.dataset.ready = reply.serial;
  }

  command(ending = ".gif") {
    const theme = this.player.look.isDark ? " --theme=dark" : "";
    return this.reply.commands[ending] + theme;
  }

  // Its words stay whole where the line breaks.
  writeCommand(ending) {
    const parts = this.command(ending).split(" ").map((word) => element("span", {}, word));
    this.commandCode.replaceChildren(...parts.flatMap((part, i) => (i ? [" ", part] : [part])));
  }

  say(words, warns = false) {
    this.note.hidden = !words;
    this.note.textContent = words ?? "";
    this.note.classList.toggle("lab-note", warns);
  }

  hear(message, buffers) {
    const block = buffers?.[0] && view(buffers[0]);
    if (message.type === "map" && message.error) this.map.fail(message.error);
    else if (message.type === "map") this.map.take(block);
    else if (message.error) this.making.textContent = message.error;
    else if (message.type === "file") {
      const address = URL.createObjectURL(new Blob([block.slice()], { type: message.mime }));
      element("a", { href: address, download: message.name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
      this.making.textContent = `${message.name} is in your downloads.`;
    }
  }

  make(ending) {
    this.making.textContent = `Making the ${ending.slice(1).toUpperCase()} …`;
    this.writeCommand(ending);
    this.model.send({ type: "file", ending, theme: this.player.look.isDark ? "dark" : "light" });
  }

  async copy(text, button) {
    const words = button.textContent;
    button.style.minWidth = `${button.offsetWidth}px`;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      window.prompt("Copy this:", text); // a page without the right to the clipboard
    }
    setTimeout(() => (button.textContent = words), 1500);
  }

  link() {
    // Not "theme": that is Voilà's own word, and costs the page the kernel that waits for it.
    const extra = `&look=${this.player.look.isDark ? "dark" : "light"}&t=${Math.min(this.player.step, this.player.steps)}`;
    const address = this.voila ? location.origin + location.pathname : "";
    return `${address}?${this.reply.query}${extra}`;
  }

  writeLink() {
    // The address holds the state, so that reloading the page keeps it.
    if (this.voila) history.replaceState(null, "", `?${this.reply.query}`);
  }

  // ---- light and dark

  chooseTheme(theme, remember = false) {
    const known = ["light", "dark"].includes(theme);
    this.theme = known ? theme : this.scheme.matches ? "dark" : "light";
    const dark = this.theme === "dark";
    this.scheme.onchange = known ? null : () => this.chooseTheme(null);
    this.root.dataset.theme = this.theme;
    if (this.voila) document.body.style.background = dark ? "#0f141b" : "#ffffff";
    if (remember) {
      try {
        localStorage.setItem("optiviz-theme", this.theme);
      } catch {
        // Without storage the choice holds for this page.
      }
    }
    if (!this.state) return;
    this.player.setTheme(this.theme);
    this.structure = null;
    this.writeControls();
    this.writeCommand();
    this.map.draw();
  }

  // ---- the controls

  get facts() {
    return this.offers.problems.find(({ name }) => name === this.state.problem);
  }

  situation(i) {
    this.situations.value = -1;
    if (i < 0) return;
    this.looking = this.offers.situations[i].look;
    this.playNext = true;
    this.model.set("sent", { serial: ++this.serial, query: this.offers.situations[i].link });
    this.model.save_changes();
  }

  // A change of what there is to set draws the controls anew; a change of values only moves them.
  writeControls() {
    const { state } = this;
    const structure = JSON.stringify([state.problem, state.lanes.map((lane) => lane.rule), state.schedule]);
    if (structure !== this.structure) {
      const focus = document.activeElement?.dataset?.setting;
      this.structure = structure;
      this.knobs = [];
      this.controls.replaceChildren(this.problemGroup(), ...state.lanes.map((_, i) => this.laneGroup(i)), this.addButton(), this.runGroup());
      if (focus) this.controls.querySelector(`[data-setting="${focus}"]`)?.focus();
    }
    for (const knob of this.knobs) knob.read();
  }

  // A slider for one value of the state; the state is looked up anew, since replies replace it.
  knob(facts, of, name, id) {
    const made = slider(
      facts,
      () => of(this.state)[name] ?? facts.default,
      (value) => {
        of(this.state)[name] = value;
        this.looking = null;
        this.send();
      },
      { "data-setting": id },
    );
    this.knobs.push(made);
    return made.node;
  }

  choice(label, id, options, value, change) {
    return element("select", { "aria-label": label, "data-setting": id, onchange: (event) => change(event.target.value) }, ...options.map((option) => (option instanceof Node ? option : element("option", { value: option, selected: option === value }, option))));
  }

  problemGroup() {
    const { offers, state, facts } = this;
    const group = (label, data) =>
      element("optgroup", { label }, ...offers.problems.filter((p) => p.data === data).map((p) => element("option", { value: p.name, selected: p.name === state.problem }, p.title.replace(/, condition.*/, ""))));
    const choose = this.choice("loss surface", "problem", [group("surfaces", false), group("with data", true)], state.problem, (name) => {
      // Another surface has rates and starts of its own.
      const lanes = this.state.lanes.map(({ lr, ...rest }) => rest);
      Object.assign(this.state, { problem: name, shape: {}, start: null, batch: null, lanes });
      this.looking = null;
      this.send();
    });
    const knobs = Object.entries(facts.shapes).map(([name, knob]) => this.knob(knob, (s) => s.shape, name, `shape-${name}`));
    return element("section", { class: "lab-group" }, element("div", { class: "lab-group-head" }, choose), ...knobs, this.startRow());
  }

  startRow() {
    const fields = [0, 1].map((axis) => {
      const [low, high] = this.facts.bounds[axis];
      const field = element("input", {
        type: "number", class: "lab-field", min: low, max: high, step: "any", "data-setting": `start-${axis}`,
        "aria-label": `start, ${this.facts.axes[axis]}`,
        onchange: () => {
          const start = [...(this.state.start ?? this.reply.start)];
          start[axis] = field.value === "" ? null : Number(field.value);
          this.state.start = start.includes(null) ? null : start;
          this.send();
        },
      });
      this.knobs.push({ read: () => document.activeElement !== field && (field.value = Number((this.state.start ?? this.reply.start)[axis].toPrecision(5))) });
      return field;
    });
    const usual = element("button", { type: "button", class: "lab-icon", title: "The usual start", "aria-label": "the usual start", onclick: () => { this.state.start = null; this.send(); } }, "⟲");
    return element("div", { class: "sl-start" }, element("span", { title: "Or click the picture" }, "start"), ...fields, usual);
  }

  laneGroup(i) {
    const { offers, state } = this;
    const lane = state.lanes[i];
    const run = this.player.runs[i];
    const choose = this.choice(`optimiser ${i + 1}`, `rule-${i}`, Object.keys(offers.rules), lane.rule, (rule) => {
      this.state.lanes[i] = { rule };
      this.looking = null;
      this.send();
    });
    const remove = element("button", { type: "button", class: "lab-icon", "aria-label": `remove ${lane.rule}`, title: "Remove", disabled: state.lanes.length < 2, onclick: () => { this.state.lanes.splice(i, 1); this.send(); } }, "✕");
    const color = run ? this.player.colorOf(run) : "currentColor";
    const dash = (run?.dash ?? []).map((d) => d * 2.5).join(" ");
    const swatch = drawing("22 8", "M1 4H21", `stroke="${color}" stroke-width="3" fill="none" stroke-dasharray="${dash}"`);
    const knobs = Object.entries(offers.rules[lane.rule]).map(([name, knob]) => this.knob(knob, (s) => s.lanes[i] ?? {}, name, `lane-${i}-${name}`));
    return element("section", { class: "lab-group", style: `--lane:${color}`, "aria-label": lane.rule }, element("div", { class: "lab-group-head" }, swatch, choose, remove), ...knobs);
  }

  addButton() {
    const { lanes } = this.state;
    const unused = ["momentum", "adam", "sgd", "rmsprop"].find((rule) => !lanes.some((lane) => lane.rule === rule));
    return element("button", { type: "button", class: "lab-add", disabled: lanes.length >= this.offers.lanes, onclick: () => { lanes.push({ rule: unused ?? "sgd" }); this.send(); } }, "+ optimiser");
  }

  runGroup() {
    const { offers, state, facts } = this;
    const decay = this.choice("decay schedule of η", "schedule", Object.keys(offers.schedules), state.schedule, (schedule) => {
      Object.assign(this.state, { schedule, decay: {} });
      this.send();
    });
    const knobs = Object.entries(offers.schedules[state.schedule]).map(([name, knob]) => this.knob(knob, (s) => s.decay, name, `decay-${name}`));
    const whole = (s) => s;
    const batch = [];
    if (facts.samples) {
      const values = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, facts.samples];
      batch.push(this.knob({ label: `batch size m of ${facts.samples}`, values, default: facts.samples }, whole, "batch", "batch"));
      batch.push(this.knob({ ...offers.seed, label: "seed of the batches" }, whole, "seed", "seed"));
    }
    return element(
      "section",
      { class: "lab-group" },
      this.knob(offers.steps, whole, "steps", "steps"),
      element("div", { class: "lab-pair" }, element("span", {}, "decay of η"), decay),
      ...knobs,
      ...batch,
    );
  }

  // The map shares the right column with the curves; tabs choose where there is room for one.
  addMap() {
    const tabs = [["curves", "Curves"], ["map", "Map of η and β"]].map(([name, words]) =>
      element("button", { type: "button", class: "ov-chip", "data-tab": name, "aria-pressed": String(name === "curves"), onclick: () => this.showSide(name) }, words),
    );
    this.tabs = element("div", { class: "sl-tabs", role: "group", "aria-label": "Beside the path" }, ...tabs);
    this.player.side.before(this.tabs);
    this.player.side.after(this.map.node);
    this.showSide("curves");
  }

  showSide(name) {
    this.columns.dataset.side = name;
    for (const tab of this.tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.tab === name));
    this.map.ask();
    this.player.ask();
  }

  dispose() {
    this.model.off("change:reply", this.replied);
    this.model.off("msg:custom", this.heard);
    this.scheme.onchange = null;
    this.player.dispose();
  }
}

function remembered() {
  try {
    return localStorage.getItem("optiviz-theme");
  } catch {
    return null;
  }
}

export function render({ model, el }) {
  const lab = new SurfaceLab(model, el);
  return () => lab.dispose();
}

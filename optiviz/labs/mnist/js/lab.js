// The MNIST lab's page: controls, curves, runs, digits. It computes nothing that Python can say.

const SVG = {
  theme: '<circle cx="8" cy="8" r="5.2"/><path d="M8 2.8a5.2 5.2 0 0 1 0 10.4z" fill="currentColor"/>',
  remove: '<path d="M4 4l8 8M12 4l-8 8"/>',
  copy: '<rect x="5.5" y="5.5" width="7.5" height="7.5" rx="1.5"/><path d="M10.5 3H4.5A1.5 1.5 0 0 0 3 4.5v6"/>',
};

/** An element with attributes and children; `on…` attributes are listeners. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function icon(name) {
  const span = el("span", { "aria-hidden": "true" });
  span.innerHTML = `<svg viewBox="0 0 16 16">${SVG[name]}</svg>`;
  return span.firstChild;
}

const number = (value) => String(Number(Number(value).toPrecision(4)));
const percent = (value) => (value == null ? "–" : `${(100 * value).toFixed(2)} %`);
const spaced = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");

function duration(seconds) {
  if (seconds == null) return "–";
  const s = Math.max(0, Math.round(seconds));
  return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, "0")} s` : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** A slider over a list of values. It says the value, not its place in the list. */
function slider(knob, value, change, say = number) {
  const nearest = (v) => knob.values.reduce((best, x, i) => (Math.abs(x - v) < Math.abs(knob.values[best] - v) ? i : best), 0);
  const output = el("output");
  const input = el("input", { type: "range", min: 0, max: knob.values.length - 1, step: 1, "aria-label": knob.label });
  const show = () => {
    const words = say(knob.values[input.value]);
    output.textContent = words;
    input.setAttribute("aria-valuetext", words);
    input.style.setProperty("--share", `${(100 * input.value) / (knob.values.length - 1)}%`);
  };
  input.value = nearest(value);
  input.addEventListener("input", () => { show(); change(knob.values[input.value]); });
  show();
  const node = el("div", { class: "lab-knob" }, el("span", {}, knob.label), output, input);
  return { node, input };
}

/** A line in a rule's colour and dashes. */
function stroke(g, mark, theme, width) {
  g.strokeStyle = mark[theme];
  g.lineWidth = width;
  g.setLineDash(mark.dash.map((x) => x * width));
}

function swatch(mark, theme) {
  const canvas = el("canvas", { class: "lab-swatch", width: 52, height: 20, "aria-hidden": "true" });
  const g = canvas.getContext("2d");
  stroke(g, mark, theme, 5);
  g.moveTo(0, 10);
  g.lineTo(52, 10);
  g.stroke();
  canvas.style.width = "26px";
  return canvas;
}

// ── Curves ─────────────────────────────────────────────────────────────────────────────────────

const LEFT = 52, RIGHT = 12, TOP = 8, BOTTOM = 34;

const decades = (mantissas) => [...Array(10).keys()].flatMap((i) => mantissas.map((m) => m * 10 ** (i - 6)));

/** What a chart shows: the loss, or the accuracy on a scale that spreads the last percents. */
const CHARTS = {
  loss: {
    title: "Loss", note: "test; faint: training", pick: (row) => [row[2], row[1]],
    up: (v) => Math.log10(v), good: (v) => v > 0,
    ticks: decades([1, 2, 5]), fine: decades([1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]),
    say: (v) => (v >= 0.001 && v < 10000 ? String(Number(v.toPrecision(2))) : number(v)), least: 0.3, bounds: [-6, 4],
  },
  accuracy: {
    title: "Test accuracy", note: "all 10\u202f000 images", pick: (row) => [row[3], null],
    up: (v) => -Math.log10(1 - v), good: (v) => v >= 0 && v < 1,
    ticks: [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999],
    fine: [0, 0.2, 0.4, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.965, 0.97, 0.975, 0.98, 0.985, 0.99, 0.992, 0.994, 0.996],
    say: (v) => `${Number((100 * v).toFixed(1))} %`, least: 0.3, bounds: [0, 4],
  },
};

/** The range of values that a chart needs, and of epochs. */
function ranges(chart, runs) {
  let low = Infinity, high = -Infinity, epochs = 1;
  for (const run of runs) {
    epochs = Math.max(epochs, run.span);
    for (const row of run.rows) {
      for (const value of chart.pick(row)) {
        if (value == null || !chart.good(value)) continue;
        const y = chart.up(value);
        low = Math.min(low, y);
        high = Math.max(high, y);
      }
    }
  }
  if (low > high) [low, high] = [chart.up(chart === CHARTS.loss ? 0.05 : 0.8), chart.up(chart === CHARTS.loss ? 2.5 : 0.99)];
  low = Math.max(low, chart.bounds[0]);
  high = Math.min(Math.max(high, low + chart.least), chart.bounds[1]);
  const room = 0.06 * (high - low);
  return { low: low - room, high: high + room, epochs };
}

/** Draw one chart into a context of the given size in CSS pixels. */
function draw(g, width, height, chart, runs, look, cursor) {
  const { low, high, epochs } = ranges(chart, runs);
  const bottom = height - BOTTOM, right = width - RIGHT;
  const x = (epoch) => LEFT + (epoch / epochs) * (right - LEFT);
  const y = (value) => TOP + ((high - chart.up(value)) / (high - low)) * (bottom - TOP);
  g.clearRect(0, 0, width, height);
  g.font = `12px ${look.font}`;
  g.lineCap = "butt";
  axes(g, { width, bottom, right, x, y, low, high, epochs }, chart, look);
  g.save();
  g.beginPath();
  g.rect(LEFT, TOP - 4, right - LEFT + 4, bottom - TOP + 5);
  g.clip();
  for (const run of runs.toReversed()) {
    const all = run.tip && run.tip[1] != null && run.phase === "training" ? [...run.rows, [run.tip[0], run.tip[1], null, null]] : run.rows;
    for (const [index, weight] of [[1, 1.2], [0, 2]]) {
      g.globalAlpha = index ? 0.45 : 1;
      stroke(g, run.mark, look.theme, weight);
      g.beginPath();
      let pen = false;
      for (const row of all) {
        const value = chart.pick(row)[index];
        if (value == null || !chart.good(value)) { pen = pen && value == null; continue; }
        if (pen) g.lineTo(x(row[0]), y(value));
        else g.moveTo(x(row[0]), y(value));
        pen = true;
      }
      g.stroke();
    }
    g.globalAlpha = 1;
    g.setLineDash([]);
    const at = run.rows.at(-1), value = at && chart.pick(at)[0];
    if (value != null && chart.good(value)) {
      g.beginPath();
      g.arc(x(at[0]), y(value), 3, 0, 7);
      g.fillStyle = run.mark[look.theme];
      g.fill();
    }
  }
  g.restore();
  if (cursor != null && cursor <= epochs) {
    g.setLineDash([]);
    g.lineWidth = 1;
    g.strokeStyle = look.muted;
    g.beginPath();
    g.moveTo(Math.round(x(cursor)) + 0.5, TOP);
    g.lineTo(Math.round(x(cursor)) + 0.5, bottom);
    g.stroke();
  }
  return { epochs, left: LEFT, right };
}

function axes(g, at, chart, look) {
  g.setLineDash([]);
  g.lineWidth = 1;
  g.textBaseline = "middle";
  g.textAlign = "right";
  const inside = (v) => chart.up(v) >= at.low && chart.up(v) <= at.high;
  const coarse = chart.ticks.filter(inside), ticks = coarse.length > 2 ? coarse : chart.fine.filter(inside);
  let last = Infinity;
  for (const value of ticks) {
    const y = Math.round(at.y(value)) + 0.5;
    if (last - y < 20) continue;
    last = y;
    g.strokeStyle = look.grid;
    g.beginPath();
    g.moveTo(LEFT, y);
    g.lineTo(at.right, y);
    g.stroke();
    g.fillStyle = look.muted;
    g.fillText(chart.say(value), LEFT - 7, y);
  }
  g.textAlign = "center";
  g.textBaseline = "top";
  const every = [1, 2, 5, 10, 20].find((n) => at.epochs / n <= (at.right - LEFT) / 40) ?? 50;
  for (let epoch = 0; epoch <= at.epochs; epoch += every) g.fillText(epoch, at.x(epoch), at.bottom + 5);
  g.fillText(at.epochs === 1 ? "epoch" : "epochs", (LEFT + at.right) / 2, at.bottom + 19);
  g.strokeStyle = look.muted;
  g.beginPath();
  g.moveTo(LEFT, at.bottom + 0.5);
  g.lineTo(at.right, at.bottom + 0.5);
  g.stroke();
}

function colors(root) {
  const style = getComputedStyle(root), of = (name) => style.getPropertyValue(`--ov-${name}`).trim();
  return { theme: root.dataset.theme, background: of("background"), text: of("text"), muted: of("muted"), grid: of("grid"), accent: of("accent"), font: style.fontFamily };
}

/** The two charts, their shared cursor, and a picture of both. */
function charts(lab) {
  const names = Object.keys(CHARTS), canvases = {}, figures = [];
  let cursor = null, waiting = false, geometry = {};
  for (const name of names) {
    const chart = CHARTS[name];
    canvases[name] = el("canvas", { role: "img", "data-chart": name, "aria-label": chart.title });
    figures.push(el("figure", {}, el("figcaption", {}, el("h2", {}, chart.title, " ", el("span", { class: "lab-muted", style: "font-weight:400" }, chart.note))), canvases[name]));
    canvases[name].addEventListener("pointermove", (event) => {
      const box = canvases[name].getBoundingClientRect(), { left, right, epochs } = geometry[name];
      const share = (event.clientX - box.left - left) / (right - left);
      cursor = share >= 0 && share <= 1 ? share * epochs : null;
      paint();
    });
    canvases[name].addEventListener("pointerleave", () => { cursor = null; paint(); });
  }
  const node = el("div", { class: "lab-charts" }, ...figures);
  const paint = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const look = colors(lab.root), runs = lab.visible();
      for (const name of names) {
        const canvas = canvases[name], ratio = devicePixelRatio || 1;
        const width = canvas.clientWidth, height = canvas.clientHeight;
        if (!width || !height) continue;
        const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
        if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
        const g = canvas.getContext("2d");
        g.setTransform(ratio, 0, 0, ratio, 0, 0);
        geometry[name] = draw(g, width, height, CHARTS[name], runs, look, cursor);
        canvas.setAttribute("aria-label", `${CHARTS[name].title}: ${runs.map((r) => `${r.rule} ${name === "loss" ? number(r.loss ?? NaN) : percent(r.accuracy)}`).join(", ") || "no run yet"}`);
      }
      lab.read(cursor);
    });
  };
  const picture = () => new Promise((resolve) => {
    const look = colors(lab.root), runs = lab.visible(), ratio = 2, [w, h] = [560, 340];
    const canvas = el("canvas", { width: 2 * w * ratio, height: (h + 30 + 22 * runs.length) * ratio });
    const g = canvas.getContext("2d");
    g.scale(ratio, ratio);
    g.fillStyle = look.background;
    g.fillRect(0, 0, canvas.width, canvas.height);
    names.forEach((name, i) => {
      const part = el("canvas", { width: w * ratio, height: h * ratio }), pen = part.getContext("2d");
      pen.scale(ratio, ratio);
      draw(pen, w, h, CHARTS[name], runs, look, null);
      g.fillStyle = look.text;
      g.font = `600 14px ${look.font}`;
      g.fillText(`${CHARTS[name].title}  (${CHARTS[name].note})`, i * w + 12, 20);
      g.drawImage(part, i * w, 28, w, h);
    });
    runs.forEach((run, i) => {
      const y = h + 38 + 22 * i;
      stroke(g, run.mark, look.theme, 2.5);
      g.beginPath();
      g.moveTo(14, y);
      g.lineTo(44, y);
      g.stroke();
      g.fillStyle = look.text;
      g.font = `13px ${look.font}`;
      g.fillText(`${run.rule}   ${settings(run)}   ${percent(run.accuracy)}`, 54, y + 4);
    });
    canvas.toBlob(resolve, "image/png");
  });
  new ResizeObserver(paint).observe(node);
  return { node, paint, picture };
}

const SYMBOLS = { lr: "η", beta: "β", rho: "ρ", beta1: "β₁", beta2: "β₂", m: "m", seed: "seed" };
function settings(run) {
  const s = run.settings;
  const words = Object.keys(SYMBOLS).filter((k) => k in s).map((k) => `${SYMBOLS[k]} ${number(s[k])}`);
  if (s.schedule) words.push(s.schedule.split(":")[0]);
  words.push(s.sizes.split(",").slice(1, -1).join("-") || "no hidden layer");
  return words.join(" · ");
}

// ── Controls ───────────────────────────────────────────────────────────────────────────────────

function controls(lab) {
  const { facts } = lab, { common } = facts;
  const state = structuredClone(lab.model.get("form"));
  const lanes = el("div"), shared = el("fieldset", { class: "lab-group" }, el("legend", {}, "All optimisers"));
  const note = el("p", { class: "lab-note", role: "status" });
  const send = () => { lab.model.set("form", structuredClone(state)); lab.model.save_changes(); };
  const titles = Object.keys(facts.rules);

  const drawLanes = () => lanes.replaceChildren(...state.lanes.map((lane, i) => {
    const group = el("fieldset", { class: "lab-group", "data-lane": i, "aria-label": `Optimiser ${i + 1}` });
    const choose = el("select", { "aria-label": "update rule", onchange: (event) => {
      state.lanes[i] = { rule: event.target.value };
      for (const [name, knob] of Object.entries(facts.rules[event.target.value])) state.lanes[i][name] = knob.default;
      drawLanes();
      lanes.querySelectorAll("select")[i].focus();
      send();
    } }, ...titles.map((rule) => el("option", { value: rule, selected: rule === lane.rule }, rule)));
    const remove = el("button", { type: "button", class: "lab-icon", "aria-label": `remove ${lane.rule}`, title: "Remove", onclick: () => { state.lanes.splice(i, 1); drawLanes(); send(); } }, icon("remove"));
    remove.disabled = state.lanes.length === 1;
    group.append(el("div", { class: "lab-group-head" }, el("span", { class: "lab-mark" }), choose, remove));
    for (const [name, knob] of Object.entries(facts.rules[lane.rule])) {
      const made = slider(knob, lane[name], (value) => { lane[name] = value; send(); });
      made.input.setAttribute("aria-label", `${lane.rule}: ${knob.label}`);
      made.input.dataset.setting = name;
      group.append(made.node);
    }
    return group;
  }), ...(state.lanes.length < facts.lanes ? [el("button", { type: "button", class: "lab-add", onclick: () => {
    const rule = titles.find((r) => !state.lanes.some((lane) => lane.rule === r));
    const lane = { rule };
    for (const [name, knob] of Object.entries(facts.rules[rule])) lane[name] = knob.default;
    state.lanes.push(lane);
    drawLanes();
    lanes.querySelectorAll("select")[state.lanes.length - 1].focus();
    send();
  } }, "+ optimiser")] : []), ...[lab.mark?.()].filter(Boolean));

  const knob = (name, say) => {
    const made = slider(common[name], state[name], (value) => { state[name] = value; send(); }, say);
    made.input.dataset.setting = name;
    return made;
  };
  const end = knob("end", (v) => `${number(100 * v)} %`);
  const ends = () => { end.input.disabled = !facts.schedules.find((s) => s.name === state.schedule).ends; };
  const schedule = el("select", { "data-setting": "schedule", "aria-label": "decay schedule", onchange: (event) => { state.schedule = event.target.value; ends(); send(); } },
    ...facts.schedules.map((s) => el("option", { value: s.name, selected: s.name === state.schedule }, s.name)));
  const hidden = el("input", { class: "lab-field", "data-setting": "hidden", "aria-label": "hidden layers, widths", value: state.hidden, maxlength: 60, spellcheck: "false", autocomplete: "off", oninput: (event) => { state.hidden = event.target.value; send(); } });
  const seeds = common.seed.values;
  const seed = el("input", { class: "lab-field", type: "number", "data-setting": "seed", "aria-label": "seed", min: seeds[0], max: seeds.at(-1), step: 1, value: state.seed, oninput: (event) => { state.seed = event.target.value === "" ? 0 : Number(event.target.value); send(); } });
  const pair = (words, field) => el("div", { class: "lab-pair" }, el("span", {}, words), field);
  shared.append(knob("batch_size").node, pair("decay of η", schedule), end.node, knob("epochs").node, pair("hidden layers", hidden), pair("seed", seed), note);
  ends();
  drawLanes();
  const node = el("section", { class: "lab-controls", "aria-label": "Controls" }, lanes, shared);
  return {
    node,
    plan(plan) {
      note.textContent = plan.notes.join(" ");
      plan.lanes.forEach((lane, i) => {
        const group = lanes.querySelector(`[data-lane="${i}"]`);
        if (!group) return;
        group.style.setProperty("--lane", lane.mark[lab.root.dataset.theme]);
        group.querySelector(".lab-mark").replaceChildren(swatch(lane.mark, lab.root.dataset.theme));
      });
    },
  };
}

// ── Train, stop, continue ──────────────────────────────────────────────────────────────────────

function transport(lab) {
  const button = (words, type, extra = "lab-outlined") => el("button", { type: "button", class: extra, "data-do": type, onclick: () => lab.send(type) }, words);
  const train = button("Train", "train", "lab-primary"), stop = button("Stop", "stop"), go = button("Continue", "continue");
  const bar = el("div"), progress = el("div", { class: "lab-progress", role: "progressbar", "aria-label": "progress", "aria-valuemin": 0, "aria-valuemax": 100 }, bar);
  const figures = el("p", { class: "lab-figures" }), spoken = el("p", { class: "lab-spoken", role: "status" });
  let before = "";
  return {
    node: el("div", { class: "lab-transport" }, el("div", { class: "lab-buttons" }, train, stop, go), progress, figures, spoken),
    status(status) {
      const busy = status.phase === "training";
      train.disabled = busy;
      stop.disabled = !busy;
      go.disabled = status.phase !== "stopped";
      const share = status.phase === "ready" && !lab.runs.length ? 0 : status.share;
      bar.style.transform = `scaleX(${share})`;
      progress.setAttribute("aria-valuenow", Math.round(100 * share));
      const facts = [["", { training: "Training", stopped: "Stopped", ready: lab.runs.length ? "Finished" : "Ready" }[status.phase]]];
      if (busy) facts.push(["left", duration(status.left)], ["updates a second", spaced(status.pace)]);
      else if (status.phase === "stopped") facts.push(["of the way", `${Math.round(100 * share)} %`]);
      figures.replaceChildren(...facts.map(([words, value]) => el("span", {}, el("b", {}, value), words ? ` ${words}` : "")));
      if (before !== status.phase) spoken.textContent = facts[0][1];
      before = status.phase;
    },
  };
}

// ── Runs ───────────────────────────────────────────────────────────────────────────────────────

function table(lab) {
  const body = el("tbody"), rows = new Map();
  const head = ["", "optimiser", "epoch", "test loss", "accuracy", "updates/s", "verdict", ""];
  const labels = { 0: "shown in the curves", 7: "remove" };
  const empty = el("p", { class: "lab-muted" }, "No run yet: press Train, and every optimiser starts from the same weights with the same batches.");
  const node = el("div", { class: "lab-runs", tabindex: 0, role: "region", "aria-label": "Runs" }, empty,
    el("table", {}, el("thead", {}, el("tr", {}, ...head.map((words, i) => el("th", { scope: "col", class: i > 1 && i < 6 ? "lab-number" : false }, words || el("span", { class: "lab-spoken" }, labels[i]))))), body));
  const line = (run) => {
    const box = el("input", { type: "checkbox", "aria-label": `show ${run.rule}, run ${run.run}, in the curves`, onchange: () => { lab.hidden[box.checked ? "delete" : "add"](run.run); lab.curves.paint(); } });
    box.checked = !lab.hidden.has(run.run);
    const name = el("button", { type: "button", class: "lab-name", title: "Look at its digits and weights", onclick: () => lab.send("show", run.run) });
    const cells = head.map((_, i) => el("td", { class: i > 1 && i < 6 ? "lab-number" : i === 6 ? "lab-wrap" : false }));
    const remove = el("button", { type: "button", class: "lab-icon", "aria-label": `remove ${run.rule}, run ${run.run}`, title: "Remove", onclick: () => lab.send("remove", run.run) }, icon("remove"));
    cells[0].append(box);
    cells[1].append(name, el("span", { class: "lab-settings lab-wrap" }, settings(run)));
    cells[7].append(remove);
    cells[7].className = "lab-number";
    return { node: el("tr", { "data-run": run.run }, ...cells), cells, name, remove, look: "" };
  };
  return {
    node,
    show(runs) {
      empty.hidden = runs.length > 0;
      node.lastChild.hidden = runs.length === 0;
      for (const [key, row] of rows) if (!runs.some((run) => run.run === key)) { row.node.remove(); rows.delete(key); }
      for (const run of runs.toReversed()) {
        if (!rows.has(run.run)) { rows.set(run.run, line(run)); body.prepend(rows.get(run.run).node); }
        const row = rows.get(run.run), look = run.mark[lab.root.dataset.theme] + run.mark.dash;
        if (row.look !== look) { row.name.replaceChildren(swatch(run.mark, lab.root.dataset.theme), ` ${run.rule}`); row.look = look; }
        row.node.setAttribute("aria-selected", run.shown);
        row.remove.disabled = run.phase === "training" || run.phase === "waiting";
        const words = [`${run.epoch.toFixed(1)} / ${run.epochs}`, run.loss == null ? "–" : run.loss.toPrecision(3), percent(run.accuracy), run.pace ? spaced(run.pace) : "–", run.phase === "training" ? "training" : run.phase === "waiting" ? "begins" : run.phase === "stopped" ? "stopped" : run.verdict];
        words.forEach((text, i) => { if (row.cells[i + 2].textContent !== text) row.cells[i + 2].textContent = text; });
      }
    },
  };
}

// ── Digits and weights ─────────────────────────────────────────────────────────────────────────

const bytes = (view) => new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

function panels(lab) {
  const digits = el("div", { class: "lab-digits" }), said = el("p", { class: "lab-muted" });
  const canvas = el("canvas", { role: "img", "aria-label": "first-layer weights" }), weighed = el("p", { class: "lab-muted" });
  const figures = [];
  const figure = (i) => {
    if (!figures[i]) {
      const picture = el("canvas", { width: 28, height: 28 }), words = el("figcaption");
      figures[i] = { node: el("figure", { role: "img" }, picture, words), g: picture.getContext("2d"), words };
      digits.append(figures[i].node);
    }
    return figures[i];
  };
  const ink = (seen, look) => {
    const all = bytes(seen.images), [r, g, b] = rgb(look.text);
    seen.labels.forEach((label, i) => {
      const { node, g: pen, words } = figure(i), image = pen.createImageData(28, 28), bad = label !== seen.guesses[i];
      for (let k = 0; k < 784; k++) image.data.set([r, g, b, all[784 * i + k]], 4 * k);
      pen.putImageData(image, 0, 0);
      node.classList.toggle("lab-bad", bad);
      words.textContent = bad ? `${label} → ${seen.guesses[i]}` : label;
      node.setAttribute("aria-label", bad ? `a ${label}, taken for a ${seen.guesses[i]}, ${percent(seen.sure[i])} sure` : `a ${label}, ${percent(seen.sure[i])} sure`);
      node.title = bad ? `A ${label}, taken for a ${seen.guesses[i]} (${percent(seen.sure[i])} sure)` : `A ${label} (${percent(seen.sure[i])} sure)`;
    });
  };
  const weigh = (seen, look) => {
    const columns = 8, rows = Math.ceil(seen.units / columns), side = 29;
    canvas.width = columns * side - 1;
    canvas.height = rows * side - 1;
    const pen = canvas.getContext("2d"), all = bytes(seen.weights), image = pen.createImageData(28, 28);
    const ground = rgb(look.background), ends = look.theme === "dark" ? [rgb("#3d9be0"), rgb("#f0915a")] : [rgb("#0072b2"), rgb("#d55e00")];
    for (let unit = 0; unit < seen.units; unit++) {
      for (let k = 0; k < 784; k++) {
        const v = (all[784 * unit + k] - 128) / 127, far = ends[v > 0 ? 1 : 0], share = Math.min(1, Math.abs(v) * 1.6);
        for (let c = 0; c < 3; c++) image.data[4 * k + c] = ground[c] + (far[c] - ground[c]) * share;
        image.data[4 * k + 3] = 255;
      }
      pen.putImageData(image, (unit % columns) * side, Math.floor(unit / columns) * side);
    }
  };
  const node = el("aside", { class: "lab-panels", "aria-label": "What the network sees" },
    el("section", {}, el("h2", {}, "Digits and guesses"), said, digits),
    el("section", { class: "lab-weights" }, el("h2", {}, "First-layer weights"), weighed, canvas));
  return {
    node,
    show(seen) {
      const look = colors(lab.root), there = seen.run != null;
      digits.hidden = canvas.hidden = !there;
      const run = lab.runs.find((r) => r.run === seen.run);
      said.textContent = there ? `${run ? run.rule : ""}: ${seen.wrong} of the first ${spaced(seen.of)} test images are wrong, the surest first.` : "After the first evaluation: what the network takes each digit for, the wrong ones first.";
      weighed.textContent = there ? `${seen.units} of ${seen.all_units} units: blue below zero, orange above.` : "What each unit of the first layer looks for.";
      if (!there) return;
      ink(seen, look);
      weigh(seen, look);
    },
  };
}

// ── The page ───────────────────────────────────────────────────────────────────────────────────

function save(name, blob) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function theme(root, changed) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("optiviz-theme"); } catch { /* no storage: the system's choice holds */ }
  const set = () => {
    root.dataset.theme = chosen ?? (dark.matches ? "dark" : "light");
    if (document.body.dataset.voila) document.body.style.background = getComputedStyle(root).getPropertyValue("--ov-background");
    changed();
  };
  dark.addEventListener("change", set);
  const toggle = el("button", { type: "button", class: "lab-icon", "aria-label": "light or dark", title: "Light or dark", onclick: () => {
    chosen = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("optiviz-theme", chosen); } catch { /* as above */ }
    set();
  } }, icon("theme"));
  return { toggle, set, end: () => dark.removeEventListener("change", set) };
}

function render({ model, el: host }) {
  const lab = { model, root: el("div", { class: "lab" }), facts: model.get("facts"), runs: [], points: new Map(), hidden: new Set() };
  lab.send = (type, run = null) => model.send({ type, run });
  lab.visible = () => lab.runs.filter((run) => !lab.hidden.has(run.run)).map((run) => ({ ...run, ...(lab.points.get(run.run) ?? { rows: [] }) }));
  const readout = el("div", { class: "lab-read", "aria-hidden": "true", hidden: true });
  lab.read = (epoch) => {
    readout.hidden = epoch == null;
    if (epoch == null) return;
    const near = (rows) => (rows.length && epoch <= rows.at(-1)[0] + 0.05 ? rows.reduce((best, row) => (Math.abs(best[0] - epoch) <= Math.abs(row[0] - epoch) ? best : row)) : null);
    readout.replaceChildren(...[`epoch ${epoch.toFixed(1)}`, "loss", "accuracy"].map((words) => el("span", { class: "lab-muted" }, words)), ...lab.visible().flatMap((run) => {
      const row = near(run.rows);
      return row ? [el("span", {}, swatch(run.mark, lab.root.dataset.theme), ` ${run.rule}`), el("b", {}, row[2] == null ? "–" : row[2].toPrecision(3)), el("b", {}, percent(row[3]))] : [];
    }));
  };
  const look = theme(lab.root, () => everything());
  lab.curves = charts(lab);
  lab.curves.node.append(readout);
  const form = controls(lab), drive = transport(lab), runs = table(lab), side = panels(lab);
  const code = el("code", { tabindex: 0, "aria-label": "the command that repeats this run" });
  const copied = el("span", { class: "lab-spoken", role: "status" });
  const copy = el("button", { type: "button", class: "lab-icon", "aria-label": "copy the command", title: "Copy the command", onclick: async () => {
    try { await navigator.clipboard.writeText(code.textContent); copied.textContent = "copied"; }
    catch { getSelection().selectAllChildren(code); copied.textContent = "selected: copy it with Ctrl-C"; }
  } }, icon("copy"));
  const file = (words, name, does) => el("button", { type: "button", "data-file": name, title: `Download ${words}`, onclick: does }, el("span", { class: "lab-word" }, "↓ "), words.replace(".npz", ""), words.endsWith(".npz") ? el("span", { class: "lab-word" }, ".npz") : "");
  const shown = () => lab.runs.find((run) => run.shown);
  const files = [
    file("CSV", "csv", () => lab.send("csv", lab.visible().map((run) => run.run))),
    file("PNG", "png", async () => save("mnist-lab.png", await lab.curves.picture())),
    file("weights.npz", "weights", () => shown() && lab.send("weights", shown().run)),
  ];
  const stage = el("main", { class: "lab-stage" }, lab.curves.node, drive.node, runs.node, el("div", { class: "lab-command" }, code, copy, copied));
  lab.root.append(
    el("header", { class: "lab-header" }, el("h1", {}, "optiviz ", el("span", {}, "MNIST lab")), el("span", { class: "lab-space" }), ...files, look.toggle),
    el("div", { class: "lab-columns" }, form.node, stage, side.node));

  const update = {
    plan: () => { form.plan(model.get("plan")); commands(); },
    runs: () => { lab.runs = model.get("runs"); runs.show(lab.runs); for (const f of files) f.disabled = !lab.runs.length; commands(); lab.curves.paint(); },
    status: () => drive.status(model.get("status")),
    seen: () => side.show(model.get("seen")),
  };
  const commands = () => {
    const run = shown(), words = run ? run.command : model.get("plan").lanes.map((lane) => lane.command).join("\n");
    lab.root.dataset.plan = model.get("plan").lanes.map((lane) => lane.command).join("\n");
    if (code.textContent !== words.split("\n")[0]) code.textContent = words.split("\n")[0];
  };
  const everything = () => { for (const name of ["runs", "plan", "status", "seen"]) update[name]?.(); };
  const heard = (message, buffers) => {
    if (message.type === "file") save(message.name, new Blob([bytes(buffers[0])], { type: message.mime }));
    if (message.type !== "rows") return;
    const known = lab.points.get(message.run)?.rows.slice(0, message.since) ?? [];
    lab.points.set(message.run, { rows: [...known, ...message.rows], tip: message.tip });
    lab.curves.paint();
  };
  for (const name of Object.keys(update)) model.on(`change:${name}`, update[name]);
  model.on("msg:custom", heard);
  host.append(lab.root);
  look.set();
  lab.send("hello");
  lab.root.dataset.ready = "";
  return () => {
    look.end();
    for (const name of Object.keys(update)) model.off(`change:${name}`, update[name]);
    model.off("msg:custom", heard);
  };
}

export default { render };

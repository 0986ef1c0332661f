// Numbers and settings in words.

import { plain } from "../../../player/js/ui.js";

export const percent = (value) => (value == null ? "–" : `${(100 * value).toFixed(2)} %`);

// A whole number in groups of three digits, with narrow spaces between.
export const spaced = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");

// A loss in three digits.
export const lossWords = (value) => (value == null ? "–" : value.toPrecision(3));

export function duration(seconds) {
  if (seconds == null) return "–";
  const s = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(s / 60);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${minutes} min ${String(s % 60).padStart(2, "0")} s`;
  return `${Math.floor(s / 3600)} h ${minutes % 60} min`;
}

// The settings of a run, in the order of their symbols.
export function settingsWords({ settings }, symbols) {
  const known = Object.keys(symbols).filter((name) => name in settings);
  const words = known.map((name) => `${symbols[name]} ${plain(Number(settings[name]))}`);
  if (settings.schedule) words.push(settings.schedule.split(":")[0]);
  if (settings.patience) words.push(`patience ${settings.patience}`);
  words.push(widthsOf({ settings }));
  return words.join(" · ");
}

const ofRun = (run, name, symbols) => `${symbols[name] ?? name} ${plain(Number(run.settings[name]))}`;

const scheduleOf = ({ settings }) => settings.schedule?.split(":")[0] ?? "no decay";
const widthsOf = ({ settings }) => settings.sizes.split(",").slice(1, -1).join("-") || "no hidden layer";

// What tells each of some runs from the others, in as few words as a line's end has room for.
export function differences(runs, symbols) {
  const unlike = (pick) => new Set(runs.map(pick).filter((value) => value !== undefined).map(String)).size > 1;
  const names = Object.keys(symbols).filter((name) => unlike(({ settings }) => settings[name]));
  const parts = [
    [unlike(({ rule }) => rule), ({ rule }) => rule],
    ...names.map((name) => [true, (run) => name in run.settings && ofRun(run, name, symbols)]),
    [unlike(({ settings }) => settings.schedule), scheduleOf],
    [unlike(({ settings }) => settings.sizes), widthsOf],
  ];
  return runs.map((run) => parts.map(([is, words]) => is && words(run)).filter(Boolean).join(" "));
}

// A name for every run, by its number, that tells it from the others: the rule, its η, and what else
// is not alike among the runs of that rule; their numbers, where nothing is.
export function namesOf(runs, symbols) {
  const named = (run) => {
    const kin = runs.filter(({ rule }) => rule === run.rule);
    const unlike = (name) => kin.some(({ settings }) => String(settings[name]) !== String(run.settings[name]));
    const known = Object.keys(symbols).filter((name) => name in run.settings);
    const words = known.filter((name) => name === "lr" || unlike(name)).map((name) => ofRun(run, name, symbols));
    if (unlike("schedule")) words.push(scheduleOf(run));
    if (unlike("sizes")) words.push(widthsOf(run));
    return [run.rule, ...words].join(" ");
  };
  const names = runs.map(named);
  const alone = (name) => names.indexOf(name) === names.lastIndexOf(name);
  return new Map(runs.map(({ run }, i) => [run, alone(names[i]) ? names[i] : `${names[i]}, run ${run}`]));
}

// What has become of a run, and of the weights of one that was kept.
export function standing({ phase, verdict, same }) {
  const words = { training: "training", waiting: "begins", stopped: "stopped" }[phase] ?? verdict;
  if (phase === "kept") return `${words || "stopped"} · kept: the curves, not the weights`;
  const again = { true: " · the weights that were kept, to the bit", false: " · not the weights that were kept" };
  return `${words}${again[same] ?? ""}`;
}

// How the trainings of a race have ended: those that ended badly, by their names.
export function ending(runs, names) {
  const bad = runs.filter(({ fate }) => fate);
  return bad.map(({ run, verdict }) => `${names.get(run)} ${verdict.split(":")[0]}`).join("; ");
}

// Numbers and settings in words.

import { plain } from "../../js/ui.js";

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
  words.push(settings.sizes.split(",").slice(1, -1).join("-") || "no hidden layer");
  return words.join(" · ");
}

// What has become of a run.
export const standing = ({ phase, verdict }) =>
  ({ training: "training", waiting: "begins", stopped: "stopped" })[phase] ?? verdict;

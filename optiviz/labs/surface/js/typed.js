// Numbers that are typed: what cannot be is corrected in its field, and words below say so.

import { element } from "../../../player/js/dom.js";
import { focused, slider } from "../../../player/js/ui.js";

// A number as one may go on to edit it.
export const written = (value) => String(Number(value.toPrecision(7)));

// What was typed, brought between two ends; and in words what was wrong with it, if anything was.
export function corrected(text, { least, most, whole }, now) {
  const plain = text.trim().replaceAll("−", "-");
  // A comma is a point, but between the thousands of a whole number.
  const number = Number(whole ? plain.replace(/[., ](?=\d{3}(?!\d))/g, "") : plain.replace(",", "."));
  if (!text.trim() || Number.isNaN(number)) return [now, text.trim() ? "That is no number." : ""];
  const [low, high] = [least, most].map((end) => (typeof end === "function" ? end() : end));
  if (number < low) return [low, `At least ${written(low)}.`];
  if (number > high) return [high, `At most ${written(high)}.`];
  if (whole && !Number.isInteger(number)) return [Math.round(number), "A whole number."];
  return [number, ""];
}

// A field for a number between `least` and `most`; `said` are the words below it.
export function typed(facts, get, set, attributes = {}) {
  const said = element("span", { class: "sl-wrong", role: "status", hidden: true });
  const say = (words) => {
    said.textContent = words;
    said.hidden = !words;
    input.setAttribute("aria-invalid", String(Boolean(words)));
  };
  const input = element("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", class: "lab-field sl-typed",
    "aria-label": facts.label, ...attributes,
    onchange: () => {
      const [value, words] = corrected(input.value, facts, get());
      input.value = input.defaultValue = written(value);
      say(words);
      if (value !== get()) set(value);
    },
    oninput: () => say(""),
  });
  // What somebody is typing stays; and so do words about a value that is still there.
  const read = () => {
    if (focused(input) === input && input.value !== input.defaultValue) return;
    const words = written(get());
    if (words !== input.value) say("");
    input.value = input.defaultValue = words;
  };
  read();
  return { input, said, read };
}

// A slider over a knob's values, with a field in which any value between its ends can be typed.
export function typedSlider(knob, get, set, attributes) {
  const made = slider(knob, get, (value) => {
    set(value);
    field.read();
  }, attributes);
  const ends = [...knob.values, knob.default];
  const { "data-setting": id, "aria-label": whole = knob.label } = attributes;
  const facts = { least: Math.min(...ends), most: Math.max(...ends), ...knob, label: `${whole}, typed` };
  const field = typed(facts, get, set, { "data-setting": `${id}-typed` });
  const [words, , range] = made.node.children; // the field stands in place of the read-out
  const node = element("label", { class: "lab-knob" }, words, field.input, range, field.said);
  const read = () => {
    made.read();
    field.read();
  };
  return { input: made.input, read, node };
}

// Sessions as files: the buttons that save one and open it again.

import { element } from "../../player/js/dom.js";
import { download, textButton } from "../../player/js/ui.js";

// `save` gives what is to be saved; `open` is called with a file's text, of which `most` bytes are
// read: a file with more is none of ours, and will be told so.
export function sessionButtons({ name, what, most, save, open }) {
  const take = async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    const text = await chosen.slice(0, most).text();
    file.value = ""; // so that the same file can be opened again
    open(text);
  };
  const facts = { type: "file", accept: ".json,application/json", "aria-label": "a session that was saved" };
  const file = element("input", { ...facts, hidden: true, onchange: take });
  const write = () => download(name, `${JSON.stringify(save(), null, 1)}\n`, "application/json");
  return element(
    "span",
    { class: "lab-sessions" },
    textButton("Save", write, { title: `Save ${what}, as a file` }),
    textButton("Open", () => file.click(), { title: "Open a session that was saved" }),
    file,
  );
}

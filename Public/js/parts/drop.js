// A place to drop files on, which is also an ordinary file field for the keyboard.
import { el, freshId } from "../dom.js";

/// - `take`: called with an array of `File`.
export function dropZone(words, { accept, many = false, take }) {
  const id = freshId("drop"), hint = `${id}-hint`;
  const field = el("input", { type: "file", id, accept, multiple: many, class: "visually-hidden", "aria-describedby": hint, onchange: () => {
    const files = [...field.files];
    field.value = "";  // so that the same file can be chosen again
    if (files.length > 0) take(files);
  } });
  const zone = el("div", { class: "drop" }, el("p", { id: hint }, words), el("p", null, field, el("label", { for: id, class: "button plain" }, many ? "Choose files" : "Choose a file")));
  let depth = 0;  // dragenter and dragleave come for every child as well
  const over = (change) => { depth = Math.max(0, depth + change); zone.classList.toggle("over", depth > 0); };
  zone.addEventListener("dragenter", (event) => { event.preventDefault(); over(1); });
  zone.addEventListener("dragleave", () => over(-1));
  zone.addEventListener("dragover", (event) => { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    over(-depth);
    const files = [...event.dataTransfer.files];
    if (files.length > 0) take(many ? files : files.slice(0, 1));
  });
  return zone;
}

/// A file dropped beside a drop zone would replace the page; that is never meant.
export function guardPage() {
  for (const kind of ["dragover", "drop"]) {
    addEventListener(kind, (event) => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
    });
  }
}

// A place to drop files on, which is also an ordinary file field for the keyboard.
import { el, freshId } from "../dom.js";

/// - `take`: called with an array of `File`.
export function dropZone(words, { accept, many = false, take }) {
  const id = freshId("drop");
  const field = el("input", { type: "file", id, accept, multiple: many, onchange: () => { const files = [...field.files]; field.value = ""; if (files.length > 0) take(files); } });
  const zone = el("div", { class: "drop" }, el("p", null, el("label", { for: id }, words)), el("p", null, field));
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const files = [...event.dataTransfer.files];
    if (files.length > 0) take(many ? files : files.slice(0, 1));
  });
  return zone;
}

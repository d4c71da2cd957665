// Drop a picture, see what the model says, how sure it is and how long it took.
import { announce, el, labelled, problemNotice, show } from "../dom.js";
import { list, path, upload } from "../api.js";
import { milliseconds, percent } from "../format.js";
import { bars } from "../chart.js";
import { dropZone } from "../parts/drop.js";

export async function classifyView(place, [wanted], leaving) {
  show(place, el("h1", null, "Classify a picture"));
  const models = await list("/v1/models");
  if (models.length === 0) {
    place.append(el("p", null, "There is no model yet. ", el("a", { href: "#/train" }, "Train one first.")));
    return;
  }
  place.append(classifier(models.map((one) => one.name), wanted, leaving));
}

/// The field for model and precision, the drop zone and the answers below it.
export function classifier(names, wanted, leaving) {
  const model = el("select", null, names.map((one) => el("option", { value: one, selected: one === wanted }, one)));
  const precision = el("select", null, [["", "what the model prefers"], ["int8", "int8 (8-bit whole numbers)"], ["float", "float (32-bit)"]].map(([value, text]) => el("option", { value }, text)));
  const answers = el("div", { class: "cards" });
  return el("div", null,
    el("div", { class: "fields" }, labelled("Model", model), labelled("Arithmetic", precision)), el("p", null),
    dropZone("Drop pictures here, or choose files (JPEG, PNG, TIFF, WebP, BMP).", { accept: "image/*,.tif,.tiff", many: true, take: classifyAll }),
    el("p", null), answers);

  async function classifyAll(files) {
    for (const file of files.slice(0, 50)) {
      if (leaving.aborted) return;
      const card = el("section", { class: "card", "aria-label": file.name });
      answers.prepend(card);
      show(card, el("h3", null, file.name), el("p", { class: "soft" }, "asking …"));
      try {
        const answer = await upload("POST", `${path("v1", "models", model.value)}/classify`, file, { precision: precision.value, top_k: 10 }, { "Content-Type": file.type || "application/octet-stream" });
        const best = answer.predictions[0];
        show(card, el("h3", null, file.name), await preview(file),
          el("p", null, "Most likely ", el("strong", null, best.label), `, ${percent(best.probability)}`), bars(answer.predictions),
          el("p", { class: "small soft" }, `${answer.model ?? model.value} version ${answer.version ?? "?"}, ${answer.precision}: decoding ${milliseconds(answer.timing_ms.decode)}, waiting ${milliseconds(answer.timing_ms.queue)}, network ${milliseconds(answer.timing_ms.infer)}`));
        announce(`${file.name}: ${best.label}, ${percent(best.probability)}`);
      } catch (error) {
        show(card, el("h3", null, file.name), problemNotice(error));
      }
    }
  }
}

/// The dropped picture as the browser can draw it; TIFF, for one, it cannot.
async function preview(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, 480 / Math.max(picture.width, picture.height));
    const canvas = el("canvas", { class: "preview", width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  } catch {
    return el("p", { class: "soft small" }, "(this browser cannot show this kind of picture)");
  }
}

// Drop a picture, see what the model says, how sure it is and how long it took.
import { announce, el, labelled, show } from "../dom.js";
import { list, path, upload } from "../api.js";
import { counted, milliseconds, percent } from "../format.js";
import { bars } from "../chart.js";
import { attempt, problemNotice } from "../problem.js";
import { dropZone } from "../parts/drop.js";

const mostFiles = 100;
/// Answers that stay on the page.
const mostAnswers = 100;

export async function classifyView(place, [wanted], leaving) {
  const models = await list("/v1/models");
  show(place, el("h1", null, "Classify a picture"), models.length === 0
    ? el("p", null, "There is no model yet. ", el("a", { href: "#/train" }, "Train one first."))
    : classifier(models.map((one) => one.name), wanted, leaving));
}

/// The fields for model and arithmetic, the drop zone and the answers below it. `version`: a function that names one version, where not the newest is meant.
export function classifier(names, wanted, leaving, version) {
  const model = el("select", null, names.map((one) => el("option", { value: one, selected: one === wanted }, one)));
  const precision = el("select", null, [["", "what the model prefers"], ["int8", "int8 (8-bit whole numbers)"], ["float", "float (32-bit)"]].map(([value, text]) => el("option", { value }, text)));
  const answers = el("div", { class: "cards answers" }), note = el("div", { role: "status" });
  return el("div", null,
    el("div", { class: "fields" }, names.length > 1 && labelled("Model", model), labelled("Arithmetic", precision)),
    dropZone("Drop pictures here: JPEG, PNG, TIFF, WebP or BMP. They are not stored.", { accept: "image/*,.tif,.tiff", many: true, take: classifyAll }), note, answers);

  async function classifyAll(files) {
    show(note, files.length > mostFiles && el("p", { class: "notice warn" }, `The first ${mostFiles} of ${counted(files.length, "picture")} are classified; for more use the service's HTTP API.`));
    for (const file of files.slice(0, mostFiles)) {
      if (leaving.aborted) return;
      const card = el("section", { class: "card", "aria-label": file.name }, el("h3", null, file.name), el("p", { class: "soft" }, "asking …"));
      answers.prepend(card);
      while (answers.childElementCount > mostAnswers) answers.lastElementChild.remove();
      try {
        const number = version?.();
        const address = number ? path("v1", "models", model.value, "versions", String(number)) : path("v1", "models", model.value);
        const answer = await upload("POST", `${address}/classify`, file, { precision: precision.value, top_k: 10 }, { "Content-Type": file.type || "application/octet-stream" });
        const [best] = answer.predictions;
        show(card, el("h3", null, file.name), await preview(file),
          el("p", null, "Most likely ", el("strong", null, best.label), `, ${percent(best.probability)}`,
            answer.confident === false && el("span", { class: "hint warn" }, `not sure: it may be ${(answer.prediction_set ?? []).join(" or ")}`)),
          bars(answer.predictions),
          explainer(answer, file),
          el("p", { class: "small soft" }, `${answer.model} version ${answer.version}, ${answer.precision}${answer.in_doubt ? " (int8 was in doubt)" : ""} · decoding ${milliseconds(answer.timing_ms.decode)} · waiting ${milliseconds(answer.timing_ms.queue)} · network ${milliseconds(answer.timing_ms.infer)}`));
        announce(`${file.name}: ${best.label}, ${percent(best.probability)}`);
      } catch (error) {
        show(card, el("h3", null, file.name), problemNotice(error));
      }
    }
  }
}

/// A button that shows, for one of the classes, where on the picture the model found what speaks for it.
function explainer(answer, file) {
  const label = el("select", { "aria-label": "Class to explain" }, answer.predictions.map((one) => el("option", { value: one.label }, one.label)));
  const place = el("div", { role: "status" });
  const button = el("button", { type: "button", class: "small", onclick: explain }, "Show where");
  return el("div", null, el("div", { class: "row" }, button, el("span", { class: "small" }, "the picture speaks for"), label), place);

  async function explain() {
    const wanted = label.value;
    const overlay = await attempt(button, place, () => upload("POST", `${path("v1", "models", answer.model, "versions", String(answer.version))}/explain`, file, { class: wanted },
      { Accept: "image/png", "Content-Type": file.type || "application/octet-stream" }));
    if (!overlay) return;
    const source = URL.createObjectURL(overlay), free = () => URL.revokeObjectURL(source);
    show(place,
      el("img", { class: "preview", src: source, alt: `${file.name} with the places marked that speak for ${wanted}`, onload: free, onerror: free }),
      el("p", { class: "small soft" }, `Yellow speaks most for ${wanted}, no colour not at all; grey was not looked at. Grad-CAM of the float network: a coarse hint, no outline.`));
    announce(`${file.name}: the places that speak for ${wanted} are marked`);
  }
}

/// The dropped picture as the browser can draw it; TIFF, for one, it cannot.
async function preview(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, 480 / Math.max(picture.width, picture.height));
    const canvas = el("canvas", { class: "preview", width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)), role: "img", "aria-label": file.name });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas;
  } catch {
    return el("p", { class: "soft small" }, "(this browser cannot show this kind of picture)");
  }
}

// All datasets as cards, and a form for a new one.
import { el, fault, labelled, show } from "../dom.js";
import { list, path, post } from "../api.js";
import { count, counted } from "../format.js";
import { attempt, faultName } from "../problem.js";

export async function datasetsView(place) {
  const datasets = await list("/v1/datasets");
  show(place, el("h1", null, "Your pictures"),
    el("p", { class: "soft" }, "A dataset holds pictures with labels, and many more without. A few labels for each class are enough to begin."));
  const cards = el("div", { class: "cards" }, datasets.map(card));
  place.append(datasets.length === 0 ? el("p", null, "There is no dataset yet. Make one below, then drop pictures or an archive on it.") : cards, newDataset());
  for (const dataset of datasets) addStrip(dataset, cards);
}

function card(dataset) {
  const { counts } = dataset;
  return el("section", { class: "card", "data-name": dataset.name },
    el("h2", null, el("a", { href: `#/datasets/${encodeURIComponent(dataset.name)}` }, dataset.name)),
    dataset.description && el("p", { class: "small" }, dataset.description),
    el("p", { class: "small" }, `${counted(counts.images, "picture")}: ${count(counts.labelled)} labelled, ${count(counts.unlabelled)} without a label`),
    el("p", { class: "small soft" }, dataset.classes.length > 0 ? `${counted(dataset.classes.length, "class", "classes")}: ${dataset.classes.slice(0, 8).join(", ")}${dataset.classes.length > 8 ? ", …" : ""}` : "no class yet"),
    el("div", { class: "strip" }));
}

async function addStrip(dataset, cards) {
  if (dataset.counts.images === 0) return;
  try {
    const images = await list(path("v1", "datasets", dataset.name, "images"), { page_size: 4 }, 4);
    const strip = [...cards.children].find((one) => one.dataset.name === dataset.name)?.querySelector(".strip");
    strip?.append(...images.slice(0, 4).map((image) => el("img", {
      src: `${path("v1", "datasets", dataset.name, "images", image.name, "thumbnail")}?size=64`, alt: "", loading: "lazy", width: 52, height: 52,
    })));
  } catch { /* The card is complete without its strip; the dataset's own page reports what is wrong. */ }
}

function newDataset() {
  const fields = {
    name: el("input", { required: true, maxlength: 128, autocomplete: "off", autocapitalize: "none", spellcheck: "false" }),
    classes: el("input", { autocomplete: "off" }), description: el("input", { autocomplete: "off", maxlength: 2000 }),
  };
  const answer = el("div");
  const button = el("button", { type: "submit" }, "Make the dataset");
  const form = el("form", { novalidate: true },
    el("div", { class: "fields" },
      labelled("Name", fields.name, "letters, digits, point, dash, underscore"),
      labelled("Classes", fields.classes, "separated by commas; empty: learnt from the labels"),
      labelled("Description", fields.description, "optional")), button);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const field of Object.values(fields)) fault(field);
    if (fields.name.value.trim() === "") { fault(fields.name, "A name is needed."); fields.name.focus(); return; }
    const wanted = fields.classes.value.split(",").map((one) => one.trim()).filter(Boolean);
    const description = fields.description.value.trim();
    const made = await attempt(button, answer, () => post("/v1/datasets", {
      name: fields.name.value.trim(), ...(wanted.length > 0 ? { classes: wanted } : {}), ...(description ? { description } : {}),
    }).catch((error) => {
      for (const one of error.problem?.errors ?? []) if (fields[faultName(one.pointer)]) fault(fields[faultName(one.pointer)], one.detail);
      throw error;
    }));
    if (made) location.hash = `#/datasets/${encodeURIComponent(made.name)}`;
    else form.querySelector("[aria-invalid]")?.focus();
  });
  return el("section", null, el("h2", null, "A new dataset"), form, answer);
}

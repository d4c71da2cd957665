// All datasets as cards, and a form for a new one.
import { attempt, el, labelled, show } from "../dom.js";
import { list, path, post } from "../api.js";
import { count } from "../format.js";

export async function datasetsView(place) {
  show(place, el("h1", null, "Your pictures"),
    el("p", { class: "soft" }, "A dataset holds pictures with labels, and many more without. A few labels for each class are enough to begin."));
  const datasets = await list("/v1/datasets");
  const cards = el("div", { class: "cards" }, datasets.map(card));
  if (datasets.length === 0) cards.append(el("p", { class: "soft" }, "There is no dataset yet. Make one below, then drop pictures or an archive on it."));
  place.append(cards, newDataset());
  for (const dataset of datasets) addStrip(dataset, cards);
}

function card(dataset) {
  const { counts } = dataset;
  return el("section", { class: "card", "data-name": dataset.name },
    el("h2", null, el("a", { href: `#/datasets/${encodeURIComponent(dataset.name)}` }, dataset.name)),
    dataset.description && el("p", { class: "small" }, dataset.description),
    el("p", { class: "small" }, `${count(counts.images)} pictures: ${count(counts.labelled)} labelled, ${count(counts.unlabelled)} without a label`),
    el("p", { class: "small soft" }, dataset.classes.length > 0 ? `${dataset.classes.length} classes: ${dataset.classes.slice(0, 8).join(", ")}` : "no class yet"),
    el("div", { class: "strip" }));
}

async function addStrip(dataset, cards) {
  if (dataset.counts.images === 0) return;
  try {
    const images = await list(path("v1", "datasets", dataset.name, "images"), { page_size: 4 }, 4);
    const strip = [...cards.children].find((one) => one.dataset.name === dataset.name)?.querySelector(".strip");
    strip?.append(...images.slice(0, 4).map((image) => el("img", {
      src: `${path("v1", "datasets", dataset.name, "images", image.name, "thumbnail")}?size=64`, alt: "", loading: "lazy",
    })));
  } catch { /* The card is complete without its strip; the dataset's own page reports what is wrong. */ }
}

function newDataset() {
  const name = el("input", { required: true, maxlength: 128, pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]{0,127}", autocomplete: "off" });
  const classes = el("input", { autocomplete: "off" });
  const description = el("input", { autocomplete: "off" });
  const answer = el("div");
  const button = el("button", { type: "submit" }, "Make it");
  const form = el("form", { class: "fields" },
    labelled("Name", name, "letters, digits, point, dash, underscore"),
    labelled("Classes", classes, "separated by commas; leave empty to learn them from the labels"),
    labelled("Description", description, "optional"), el("div", null, button));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = classes.value.split(",").map((one) => one.trim()).filter(Boolean);
    const made = await attempt(button, answer, () => post("/v1/datasets", {
      name: name.value.trim(), ...(wanted.length > 0 ? { classes: wanted } : {}), ...(description.value.trim() ? { description: description.value.trim() } : {}),
    }));
    if (made) location.hash = `#/datasets/${encodeURIComponent(made.name)}`;
  });
  return el("section", null, el("h2", null, "A new dataset"), form, answer);
}

// All models with their newest version.
import { el, show } from "../dom.js";
import { list } from "../api.js";

export async function modelsView(place) {
  show(place, el("h1", null, "Models"), el("p", { class: "soft" }, "Every training makes a new version; none is ever changed."));
  const models = await list("/v1/models");
  if (models.length === 0) { place.append(el("p", null, "There is no model yet. ", el("a", { href: "#/train" }, "Train one."))); return; }
  place.append(el("div", { class: "cards" }, models.map((model) => el("section", { class: "card" },
    el("h2", null, el("a", { href: `#/models/${encodeURIComponent(model.name)}` }, model.name)),
    el("p", { class: "small" }, `${model.versions.length} ${model.versions.length === 1 ? "version" : "versions"}, newest ${model.latest}`),
    Object.keys(model.aliases ?? {}).length > 0 && el("p", { class: "small soft" }, Object.entries(model.aliases).map(([alias, version]) => `${alias} → version ${version}`).join(", ")),
    el("p", null, el("a", { href: `#/classify/${encodeURIComponent(model.name)}` }, "Classify pictures"))))));
}

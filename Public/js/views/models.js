// All models with their newest version.
import { el, show } from "../dom.js";
import { get, list, path } from "../api.js";
import { counted, decimal, moment } from "../format.js";

export async function modelsView(place, _, leaving) {
  const models = await list("/v1/models");
  show(place, el("h1", null, "Models"), el("p", { class: "soft" }, "Every training makes a new version; none is ever changed."));
  if (models.length === 0) { place.append(el("p", null, "There is no model yet. ", el("a", { href: "#/train" }, "Train one."))); return; }
  const cards = models.map((model) => {
    const about = el("p", { class: "small soft" });
    return { model, about, node: el("section", { class: "card" },
      el("h2", null, el("a", { href: `#/models/${encodeURIComponent(model.name)}` }, model.name)),
      el("p", { class: "small" }, `${counted(model.versions.length, "version")}, newest ${model.latest}`),
      Object.keys(model.aliases ?? {}).length > 0 && el("p", { class: "small soft" }, Object.entries(model.aliases).map(([alias, version]) => `${alias} → version ${version}`).join(", ")),
      about, el("p", null, el("a", { href: `#/classify/${encodeURIComponent(model.name)}` }, `Classify with ${model.name}`))) };
  });
  place.append(el("div", { class: "cards" }, cards.map((one) => one.node)));
  for (const { model, about } of cards.slice(0, 50)) {
    if (leaving.aborted) return;
    try {
      const { manifest, report } = await get(path("v1", "models", model.name, "versions", String(model.latest)));
      const measured = (report?.model === "supervised" ? report.supervised : report?.student ?? report?.supervised)?.macro_f1;
      about.textContent = [manifest.architecture, counted(manifest.classes.length, "class", "classes"), Number.isFinite(measured) && `macro-F1 ${decimal(measured)}`, moment(manifest.created_at)].filter(Boolean).join(" · ");
    } catch { /* The card is complete without it; the model's own page reports what is wrong. */ }
  }
}

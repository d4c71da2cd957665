// One model: its versions, their measures, files to take away, and the aliases that point at a version.
import { announce, el, facts, labelled, show } from "../dom.js";
import { get, path, post, put, remove } from "../api.js";
import { bytes, fieldTitle, moment, valueTitle } from "../format.js";
import { attempt } from "../problem.js";
import { reportSection } from "../parts/report.js";
import { classifier } from "./classify.js";

export async function modelView(place, [name], leaving) {
  const address = path("v1", "models", name);
  let model = await get(address);
  const details = el("div"), aliases = el("div");
  const version = el("select", { onchange: () => showVersion(version.value) });
  show(place, el("h1", null, model.name), el("div", { class: "fields" }, labelled("Version", version)),
    el("section", null, el("h2", null, "Try it"), classifier([name], name, leaving, () => version.value)), details,
    el("section", null, el("h2", null, "Aliases"), aliases, aliasForm()), int8Section(), dangerZone());
  showVersions(model.latest);
  await showVersion(model.latest);

  function showVersions(chosen) {
    show(version, [...model.versions].sort((a, b) => b - a).map((one) => el("option", { value: one, selected: one === Number(chosen) }, `version ${one}${namesOf(model, one)}`)));
    const pairs = Object.entries(model.aliases ?? {});
    show(aliases, pairs.length > 0 && el("ul", null, pairs.map(([alias, one]) => el("li", null, el("strong", null, alias), ` → version ${one}`))));
  }

  async function showVersion(number) {
    const one = await get(path("v1", "models", name, "versions", String(number)));
    if (leaving.aborted) return;
    const { manifest } = one;
    const lineage = Object.entries(manifest.lineage ?? {}).filter(([, value]) => value !== null);
    show(details,
      one.report && reportSection(one.report),
      el("h2", null, "Where it comes from"),
      facts([["Network", manifest.architecture], ["Classes", manifest.classes.join(", ")],
        ["Input", `${manifest.input.size} × ${manifest.input.size} pixels, ${valueTitle(manifest.input.fit)}`], ["Served in", manifest.default_precision],
        ["Made", moment(manifest.created_at)],
        ...lineage.map(([key, value]) => [fieldTitle(key), key === "job" ? el("a", { href: `#/jobs/${encodeURIComponent(value)}` }, value) : valueTitle(value)])]),
      el("h2", null, "Files"), el("ul", null, one.files.map((file) => el("li", null, el("a", { href: file.href, download: `${name}-${number}-${file.name}` }, file.name), ` ${bytes(file.bytes)}`)),
        Object.entries(one.exports ?? {}).map(([file, href]) => el("li", null, el("a", { href, download: `${name}-${number}-${file}` }, file), " for other programs"))));
  }

  function aliasForm() {
    const alias = el("input", { required: true, maxlength: 128, autocomplete: "off", autocapitalize: "none", value: "production" });
    const answer = el("div");
    const button = el("button", { class: "plain", type: "submit" }, "Point it at the chosen version");
    const form = el("form", null, el("div", { class: "fields" }, labelled("Alias", alias, "a fixed name for programs that ask, such as production")), button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wanted = alias.value.trim();
      const done = await attempt(button, answer, async () => {
        await put(`${address}/aliases/${encodeURIComponent(wanted)}`, { version: Number(version.value) });
        model = await get(address);
        return true;
      });
      if (!done) return;
      showVersions(version.value);
      show(answer, el("p", { class: "good", role: "status" }, `${wanted} now answers with version ${version.value}.`));
      announce("alias moved");
    });
    return el("div", null, form, answer);
  }

  /// A new version of the chosen one, with the int8 form made anew from the pictures that it learned from.
  function int8Section() {
    const answer = el("div");
    const button = el("button", { class: "plain", onclick: async () => {
      const job = await attempt(button, answer, () => post("/v1/jobs", { type: "quantise", model: name, version: Number(version.value) }));
      if (job) location.hash = `#/jobs/${encodeURIComponent(job.id)}`;
    } }, "Quantise again");
    return el("section", null, el("h2", null, "int8"),
      el("p", { class: "small soft" }, "Makes the 8-bit form of the chosen version anew and judges it on this machine; it becomes the model's next version. The network itself stays as it is."),
      button, answer);
  }

  function dangerZone() {
    const answer = el("div");
    const button = el("button", { class: "danger", onclick: async () => {
      if (!confirm(`Delete the model ${name} with all its versions?`)) return;
      await attempt(button, answer, async () => { await remove(address); location.hash = "#/models"; });
    } }, "Delete this model");
    return el("section", null, el("h2", null, "Delete"), button, answer);
  }
}

function namesOf(model, version) {
  const names = Object.entries(model.aliases ?? {}).filter(([, one]) => one === version).map(([alias]) => alias);
  return names.length > 0 ? ` (${names.join(", ")})` : "";
}

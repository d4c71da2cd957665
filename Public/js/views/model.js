// One model: its versions, their measures, files to take away, and the aliases that point at a version.
import { announce, attempt, el, labelled, show } from "../dom.js";
import { get, path, put } from "../api.js";
import { bytes, moment } from "../format.js";
import { reportSection } from "../parts/report.js";
import { classifier } from "./classify.js";

export async function modelView(place, [name], leaving) {
  const address = path("v1", "models", name);
  const model = await get(address);
  const details = el("div");
  const versions = [...model.versions].sort((a, b) => b - a);
  const version = el("select", { onchange: () => showVersion(version.value) }, versions.map((one) => el("option", { value: one }, `version ${one}${namesOf(model, one)}`)));
  show(place, el("h1", null, model.name), el("div", { class: "fields" }, labelled("Version", version)), details, aliasForm(),
    el("section", null, el("h2", null, "Try it"), classifier([name], name, leaving)));
  await showVersion(versions[0]);

  async function showVersion(number) {
    const one = await get(path("v1", "models", name, "versions", String(number)));
    const { manifest } = one;
    const lineage = Object.entries(manifest.lineage ?? {}).filter(([, value]) => value !== null);
    show(details,
      el("dl", { class: "facts" }, pairs([["network", manifest.architecture], ["classes", manifest.classes.join(", ")],
        ["input", `${manifest.input.size} × ${manifest.input.size} pixels, ${manifest.input.fit}`],
        ["answers with", `${manifest.default_precision}${(manifest.precision_reasons ?? []).length > 0 ? `: ${manifest.precision_reasons.join("; ")}` : ""}`],
        ["made", moment(manifest.created_at)], ...lineage.map(([key, value]) => [key.replaceAll("_", " "), key === "job" ? el("a", { href: `#/jobs/${encodeURIComponent(value)}` }, value) : String(value)])])),
      one.report && reportSection(one.report),
      el("h2", null, "Files"), el("ul", null, one.files.map((file) => el("li", null, el("a", { href: file.href ?? path("v1", "models", name, "versions", String(number), "files", file.name), download: `${name}-${number}-${file.name}` }, file.name), ` ${bytes(file.bytes)}`))));
  }

  function aliasForm() {
    const alias = el("input", { required: true, maxlength: 128, autocomplete: "off", value: "production" });
    const answer = el("div");
    const button = el("button", { class: "plain", type: "submit" }, "Point it at the chosen version");
    const form = el("form", { class: "row" }, labelled("Alias", alias, "a fixed name for programs that ask, such as production"), button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const done = await attempt(button, answer, async () => { await put(`${address}/aliases/${encodeURIComponent(alias.value.trim())}`, { version: Number(version.value) }); return true; });
      if (done) { show(answer, el("p", { class: "good", role: "status" }, `${alias.value.trim()} now answers with version ${version.value}.`)); announce("alias moved"); }
    });
    return el("section", null, el("h2", null, "Aliases"), form, answer);
  }
}

function namesOf(model, version) {
  const names = Object.entries(model.aliases ?? {}).filter(([, one]) => one === version).map(([alias]) => alias);
  return names.length > 0 ? ` (${names.join(", ")})` : "";
}

function pairs(rows) { return rows.flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)]); }

// One dataset: counts, upload, pictures with their labels, findings of its latest revision.
import { announce, attempt, el, labelled, problemNotice, show } from "../dom.js";
import { get, list, patch, path, post, remove, upload } from "../api.js";
import { count, moment, words } from "../format.js";
import { dropZone } from "../parts/drop.js";

const pageSize = 60;

export async function datasetView(place, [name], leaving) {
  const address = path("v1", "datasets", name);
  const facts = el("div"), pictures = el("div"), findings = el("div"), messages = el("div");
  let dataset = await get(address);

  async function refresh() {
    dataset = await get(address);
    show(facts, countsTable(dataset));
  }
  const reload = async () => { await refresh(); await showPictures(); };

  show(place, el("h1", null, dataset.name),
    dataset.description && el("p", null, dataset.description),
    el("p", null, el("a", { class: "button", href: `#/train/${encodeURIComponent(name)}` }, "Train on these pictures")),
    el("div", { class: "columns" },
      el("section", null, el("h2", null, "What is in it"), facts),
      el("section", null, el("h2", null, "Add pictures"), uploadForm())),
    messages, el("section", null, el("h2", null, "Check before training"),
      el("p", { class: "soft small" }, "Freezes the dataset as a numbered revision and looks for damaged files, duplicates, the same picture in training and test, and classes with too few labels."),
      findings),
    el("section", null, el("h2", null, "Pictures"), pictures), dangerZone());
  show(facts, countsTable(dataset));
  showFindings();
  await showPictures();

  function uploadForm() {
    const label = el("input", { list: "labels", autocomplete: "off" });
    const role = el("select", null, ["train", "validation", "test"].map((one) => el("option", { value: one }, one)));
    const state = el("div", { role: "status" });
    return el("div", null,
      el("datalist", { id: "labels" }, dataset.classes.map((one) => el("option", { value: one }))),
      el("div", { class: "fields" },
        labelled("Label", label, "empty: without a label"), labelled("For", role, "test pictures are never learned from")),
      el("p", null),
      dropZone("Drop pictures here, or choose files. A .zip, .tar or .tar.gz with folders labelled/CLASS, unlabelled, test/CLASS is imported as a whole.",
        { accept: "image/*,.tif,.tiff,.zip,.tar,.gz,.tgz", many: true, take: (files) => send(files, label.value.trim(), role.value, state) }),
      state);
  }

  async function send(files, label, role, state) {
    const failures = [];
    let done = 0;
    for (const file of files) {
      if (leaving.aborted) return;
      show(state, el("p", { class: "small" }, `Sending ${done + 1} of ${files.length}: ${file.name}`), el("progress", { max: files.length, value: done, "aria-label": "pictures sent" }));
      try {
        if (/\.(zip|tar|tgz|tar\.gz)$/i.test(file.name)) {
          const job = await upload("POST", `${address}/archives`, file, {}, { "Content-Type": "application/octet-stream" });
          location.hash = `#/jobs/${encodeURIComponent(job.id)}`;
          return;
        }
        await upload("PUT", `${address}/images/${encodeURIComponent(imageName(file.name))}`, file, { label, role }, { "Content-Type": file.type || "application/octet-stream" });
      } catch (error) {
        failures.push([file.name, error]);
      }
      done += 1;
    }
    show(state, el("p", { class: "small" }, `${files.length - failures.length} of ${files.length} pictures are stored.`),
      failures.map(([file, error]) => el("div", null, el("strong", null, file), problemNotice(error))));
    announce(`${files.length - failures.length} pictures stored`);
    await reload();
  }

  async function showPictures(filter = {}, token) {
    const page = await get(`${address}/images`, { page_size: pageSize, ...filter, page_token: token });
    const select = (title, values, key) => {
      const field = el("select", { onchange: () => showPictures({ ...filter, [key]: field.value }).catch(report) },
        el("option", { value: "" }, "all"), values.map((one) => el("option", { value: one, selected: filter[key] === one }, one)));
      return labelled(title, field);
    };
    show(pictures,
      el("div", { class: "fields" }, select("Labels", ["labelled", "unlabelled"], "state"), select("Class", dataset.classes, "label"), select("For", ["train", "validation", "test"], "role")),
      page.items.length === 0 ? el("p", { class: "soft" }, "No picture here.") : el("ul", { class: "thumbs" }, page.items.map(thumbnail)),
      page.next_page_token && el("button", { class: "plain", onclick: () => showPictures(filter, page.next_page_token).catch(report) }, "Next page"),
      token && el("button", { class: "plain", onclick: () => showPictures(filter).catch(report) }, "First page"));
  }

  function thumbnail(image) {
    const item = `${address}/images/${encodeURIComponent(image.name)}`;
    const field = el("select", { "aria-label": `label of ${image.name}` },
      el("option", { value: "" }, "no label"), [...new Set([...dataset.classes, image.label].filter(Boolean))].map((one) => el("option", { value: one, selected: image.label === one }, one)));
    field.addEventListener("change", async () => {
      try {
        await patch(item, { label: field.value === "" ? null : field.value });
        announce(`${image.name}: ${field.value || "no label"}`);
        await refresh();
      } catch (error) { report(error); }
    });
    return el("li", null,
      el("a", { href: item, target: "_blank", rel: "noopener" }, el("img", { src: `${item}/thumbnail?size=128`, alt: `${image.label ?? "unlabelled"} picture ${image.name}`, loading: "lazy", title: `${image.width} × ${image.height}, ${image.role}` })),
      el("span", { class: "name", title: image.name }, image.name), field);
  }

  async function showFindings() {
    const answer = el("div");
    const button = el("button", { class: "plain", onclick: async () => { if (await attempt(button, answer, () => post(`${address}/revisions`, undefined))) showFindings(); } }, "Check now");
    let latest;
    try { latest = (await list(`${address}/revisions`, {}, 1000)).sort((a, b) => b.revision - a.revision)[0]; } catch (error) { show(answer, problemNotice(error)); }
    show(findings, el("div", { class: "row" }, button), answer,
      latest && el("p", { class: "small" }, `Revision ${latest.revision}, ${moment(latest.created_at)}: ${count(latest.counts.images)} pictures.`),
      latest && (latest.findings.length === 0 ? el("p", { class: "good" }, "Nothing was found.") : el("ul", null, latest.findings.map((one) =>
        el("li", null, el("strong", { class: one.severity === "error" ? "bad" : one.severity === "warning" ? "warn" : "" }, words(one.kind)), `: ${one.detail}`)))));
  }

  function dangerZone() {
    const answer = el("div");
    const button = el("button", { class: "danger", onclick: async () => {
      if (!confirm(`Delete the dataset ${name} with all its pictures? Models trained on it stay.`)) return;
      await attempt(button, answer, async () => { await remove(address); location.hash = "#/datasets"; });
    } }, "Delete this dataset");
    return el("section", null, el("h2", null, "Delete"), button, answer);
  }

  function report(error) { if (!leaving.aborted) show(messages, problemNotice(error)); }
}

function countsTable(dataset) {
  const { counts } = dataset;
  return el("div", null,
    el("p", null, `${count(counts.images)} pictures; ${count(counts.unlabelled_train)} without a label, to learn from.`),
    el("div", { class: "scroll" }, el("table", null, el("caption", null, "Labelled pictures of each class"),
      el("thead", null, el("tr", null, el("th", { scope: "col" }, "class"), ["train", "validation", "test"].map((role) => el("th", { class: "number", scope: "col" }, role)))),
      el("tbody", null, counts.per_class.map((one) => el("tr", null, el("th", { scope: "row" }, one.label), [one.train, one.validation, one.test].map((value) => el("td", { class: "number" }, count(value)))))))));
}

/// A file's name as the service allows it: other characters become underscores.
function imageName(fileName) {
  const clean = fileName.normalize("NFC").replace(/[^A-Za-z0-9._-]/g, "_").replace(/\.{2,}/g, ".").replace(/^[^A-Za-z0-9]+/, "").slice(-128);
  return clean.replace(/^[^A-Za-z0-9]+/, "") || "picture";
}

// One dataset: counts, upload, findings of its latest revision, pictures with their labels.
import { announce, el, labelled, show, table } from "../dom.js";
import { get, patch, path, post, remove } from "../api.js";
import { count, counted, moment, words } from "../format.js";
import { attempt, problemNotice, problemSentence } from "../problem.js";
import { dropZone } from "../parts/drop.js";
import { sendFiles } from "../parts/uploads.js";

const pageSize = 60;
const failuresShown = 20;

export async function datasetView(place, [name], leaving) {
  const address = path("v1", "datasets", name);
  const facts = el("div"), pictures = el("div"), findings = el("div"), messages = el("div"), labels = el("datalist", { id: "labels" });
  let dataset = await get(address);

  async function refresh() {
    dataset = await get(address);
    showCounts();
  }

  show(place, el("h1", null, dataset.name), dataset.description && el("p", null, dataset.description),
    el("p", null, el("a", { class: "button", href: `#/train/${encodeURIComponent(name)}` }, "Train on these pictures")),
    el("div", { class: "columns" },
      el("section", null, el("h2", null, "What is in it"), facts),
      el("section", null, el("h2", null, "Add pictures"), uploadForm())),
    messages, el("section", null, el("h2", null, "Check before training"),
      el("p", { class: "soft small" }, "Freezes the dataset as a numbered revision and looks for damaged files, duplicates, the same picture in training and test, and classes with too few labels."),
      findings),
    el("section", null, el("h2", null, "Pictures"), pictures), dangerZone());
  showCounts();
  showFindings();
  await showPictures();

  function showCounts() {
    show(facts, countsTable(dataset));
    show(labels, dataset.classes.map((one) => el("option", { value: one })));
  }

  function uploadForm() {
    const label = el("input", { list: "labels", autocomplete: "off", maxlength: 128 });
    const role = el("select", null, [["train", "training"], ["validation", "validation"], ["test", "test"]].map(([value, text]) => el("option", { value }, text)));
    const state = el("div", { role: "status", class: "uploads" });
    return el("div", null, labels,
      el("div", { class: "fields" },
        labelled("Label", label, "of all pictures that you drop next; empty: without a label"), labelled("Used for", role, "test pictures are never learned from")),
      dropZone("Drop pictures here: JPEG, PNG, TIFF, WebP or BMP. A .zip, .tar or .tar.gz with folders labelled/CLASS, unlabelled, test/CLASS is imported as a whole.",
        { accept: "image/*,.tif,.tiff,.zip,.tar,.gz,.tgz", many: true, take: (files) => send(files, label.value.trim(), role.value, state).catch(report) }),
      state);
  }

  async function send(files, label, role, state) {
    const bar = el("progress", { max: files.length, value: 0, "aria-label": "files sent" }), line = el("p", { class: "small" });
    show(state, line, bar);
    const result = await sendFiles(name, files, { label, role }, leaving, (done, file) => {
      bar.value = done;
      line.textContent = `${done} of ${files.length} sent: ${file}`;
    });
    if (leaving.aborted) return;
    if (result.jobs.length > 0 && result.stored + result.failures.length === 0) {
      location.hash = `#/jobs/${encodeURIComponent(result.jobs[0].id)}`;
      return;
    }
    const kind = label ? `labelled ${label}` : "without a label";
    show(state, el("p", null, `${counted(result.stored, "picture")} stored, ${kind}.`,
      result.renamed > 0 && ` ${count(result.renamed)} got another name, because their own was taken.`),
      result.jobs.map((job) => el("p", null, el("a", { href: `#/jobs/${encodeURIComponent(job.id)}` }, "An archive is being imported"))),
      result.failures.length > 0 && el("div", { class: "notice bad", role: "alert" }, el("strong", null, `${counted(result.failures.length, "file was", "files were")} not taken`),
        el("ul", null, result.failures.slice(0, failuresShown).map(([file, error]) => el("li", null, el("strong", null, file), `: ${problemSentence(error)}`))),
        result.failures.length > failuresShown && el("p", null, `and ${count(result.failures.length - failuresShown)} more`)));
    announce(`${counted(result.stored, "picture")} stored`);
    await refresh();
    await showPictures();
  }

  async function showPictures(filter = {}, token) {
    const page = await get(`${address}/images`, { page_size: pageSize, ...filter, page_token: token });
    if (leaving.aborted) return;
    const select = (title, values, key) => {
      const field = el("select", { onchange: () => showPictures({ ...filter, [key]: field.value }).catch(report) },
        el("option", { value: "" }, "all"), values.map((one) => el("option", { value: one, selected: filter[key] === one }, one)));
      return labelled(title, field);
    };
    show(pictures,
      el("div", { class: "fields" }, select("Labels", ["labelled", "unlabelled"], "state"), select("Class", dataset.classes, "label"), select("Used for", ["train", "validation", "test"], "role")),
      page.items.length === 0 ? el("p", { class: "soft" }, "No picture here.") : el("ul", { class: "thumbs" }, page.items.map(thumbnail)),
      el("div", { class: "row" },
        token && el("button", { class: "plain", onclick: () => showPictures(filter).catch(report) }, "First page"),
        page.next_page_token && el("button", { class: "plain", onclick: () => showPictures(filter, page.next_page_token).catch(report) }, "Next page")));
  }

  function thumbnail(image) {
    const item = `${address}/images/${encodeURIComponent(image.name)}`;
    const field = el("select", { "aria-label": `label of ${image.name}` },
      el("option", { value: "" }, "no label"), [...new Set([...dataset.classes, image.label].filter(Boolean))].map((one) => el("option", { value: one, selected: image.label === one }, one)));
    let stood = image.label ?? "";
    field.addEventListener("change", async () => {
      try {
        await patch(item, { label: field.value === "" ? null : field.value });
        stood = field.value;
        announce(`${image.name}: ${field.value || "no label"}`);
        await refresh();
      } catch (error) {
        field.value = stood;  // the page must not show a label that is not stored
        report(error);
      }
    });
    return el("li", null,
      el("a", { href: item, target: "_blank", rel: "noopener" }, el("img", { src: `${item}/thumbnail?size=128`, alt: `${image.label ?? "unlabelled"} picture ${image.name}`, loading: "lazy", width: 128, height: 128, title: `${image.width} × ${image.height} pixels, ${image.role}` })),
      el("span", { class: "name", title: image.name }, image.name), field);
  }

  async function showFindings() {
    const answer = el("div");
    const button = el("button", { class: "plain", onclick: async () => { if (await attempt(button, answer, () => post(`${address}/revisions`, undefined))) showFindings(); } }, "Check now");
    let latest;
    try { [latest] = (await get(`${address}/revisions`, { page_size: 1 })).items; } catch (error) { show(answer, problemNotice(error)); }
    if (leaving.aborted) return;
    show(findings, el("div", { class: "row" }, button), answer,
      latest && el("p", { class: "small" }, `Revision ${latest.revision}, ${moment(latest.created_at)}: ${counted(latest.counts.images, "picture")}.`),
      latest && (latest.findings.length === 0 ? el("p", { class: "good" }, "Nothing was found.") : el("ul", null, latest.findings.map((one) =>
        el("li", null, el("strong", { class: one.severity === "error" ? "bad" : one.severity === "warning" ? "warn" : "" }, words(one.kind)), `: ${one.detail}`,
          one.examples?.length > 0 && el("span", { class: "hint" }, `for instance ${one.examples.slice(0, 5).map((example) => (Array.isArray(example) ? example.join(" = ") : String(example))).join(", ")}`))))));
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
    el("p", null, `${counted(counts.images, "picture")}; ${count(counts.unlabelled_train)} without a label, to learn from.`),
    counts.per_class.length === 0 ? el("p", { class: "soft" }, "No picture has a label yet.")
      : table("Labelled pictures of each class", ["class", "training", "validation", "test"],
        counts.per_class.map((one) => [one.label, count(one.train), count(one.validation), count(one.test)])));
}

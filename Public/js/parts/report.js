// The report of a training job: with and without the pictures that had no label, float against int8, and where the mistakes are.
import { el } from "../dom.js";
import { bytes, count, decimal, milliseconds, percent } from "../format.js";

export function reportSection(report) {
  if (!report.precisions) return importReport(report);
  const trained = [["labelled pictures alone", report.supervised], ["labelled pictures and the rest", report.student]].filter(([, one]) => one);
  const model = report.model === "student" ? report.student : report.supervised;
  return el("section", null, el("h2", null, "What was measured"),
    el("p", { class: "small soft" }, report.evaluated_on === "test" ? `On ${count(report.pictures.test)} test pictures, which nothing was learned from.`
      : "On the validation pictures, because the dataset has no test pictures: these figures flatter."),
    report.comparison && el("div", { class: "notice" }, el("strong", null, verdictWords(report.comparison.verdict)),
      el("p", null, `Macro-F1 ${signed(report.comparison.macro_f1_gain)} by the pictures without a label (95 % interval ${signed(report.comparison.macro_f1_gain_interval_95.low)} to ${signed(report.comparison.macro_f1_gain_interval_95.high)}, McNemar p ${report.comparison.mcnemar_p < 0.001 ? "< 0.001" : decimal(report.comparison.mcnemar_p)}).`),
      report.pseudo_labels && el("p", { class: "small" }, `${count(report.pseudo_labels.kept)} of ${count(report.pseudo_labels.unlabelled)} pictures without a label were used.`)),
    table("Learning", ["learned from", "pictures", "accuracy", "macro-F1", "95 % interval"], trained.map(([name, one]) => [name, count(one.training.training_pictures),
      percent(one.accuracy), decimal(one.macro_f1), `${decimal(one.intervals_95.macro_f1.low)} to ${decimal(one.intervals_95.macro_f1.high)}`])),
    table(`The model, float against int8${Number.isFinite(report.agreement) ? `; both say the same for ${percent(report.agreement)}` : ""}`,
      ["computing in", "accuracy", "macro-F1", "file", "one picture takes"], ["float", "int8"].filter((name) => report.precisions[name]).map((name) => {
        const one = report.precisions[name];
        return [name === "int8" ? "int8 (8-bit whole numbers)" : "float (32-bit)", percent(one.accuracy), decimal(one.macro_f1), bytes(one.file_bytes), milliseconds(one.median_latency_ms)];
      })),
    (report.quantisation?.reasons ?? []).map((reason) => el("p", { class: "small soft" }, reason)),
    model && confusion(model.measures.confusion.counts, report.classes),
    (report.notes ?? []).map((note) => el("p", { class: "small warn" }, note)));
}

function table(caption, heads, rows) {
  return el("div", { class: "scroll" }, el("table", null, el("caption", null, caption),
    el("thead", null, el("tr", null, heads.map((head, index) => el("th", { scope: "col", class: index > 0 && "number" }, head)))),
    el("tbody", null, rows.map(([head, ...cells]) => el("tr", null, el("th", { scope: "row" }, head), cells.map((cell) => el("td", { class: "number" }, cell)))))));
}

function confusion(counts, classes) {
  return el("div", { class: "scroll" }, el("table", null, el("caption", null, "What the model took for what: a row is the true class, a column the answer"),
    el("thead", null, el("tr", null, el("td"), classes.map((one) => el("th", { scope: "col", class: "number" }, one)))),
    el("tbody", null, counts.map((row, truth) => el("tr", null, el("th", { scope: "row" }, classes[truth]),
      row.map((cell, said) => el("td", { class: truth === said ? "matrix hit" : "matrix" }, count(cell))))))));
}

/// An import's report names the entries that were not taken.
function importReport(report) {
  const refused = report.bad_entries ?? [];
  if (!Array.isArray(refused) || refused.length === 0) return el("div");
  return el("section", null, el("h2", null, "Entries that were not taken"),
    el("ul", null, refused.slice(0, 200).map((one) => el("li", null, typeof one === "string" ? one : [one.name ?? one.entry ?? one.path, one.detail ?? one.reason].filter(Boolean).join(": ")))));
}

function verdictWords(verdict) {
  return { "use semi-supervised": "The pictures without a label helped: use this model.", "no evidence of a gain": "There is no evidence that the pictures without a label helped.",
    "use baseline": "Training on the labelled pictures alone was better." }[verdict] ?? verdict;
}

function signed(value) { return Number.isFinite(value) ? `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(3)}` : "–"; }

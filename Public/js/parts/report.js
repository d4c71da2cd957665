// The report of a training or a quantisation: with and without the pictures that had no label, float against int8, and where the mistakes are.
import { el, facts, table } from "../dom.js";
import { bytes, count, counted, decimal, duration, large, milliseconds, percent, words } from "../format.js";

export function reportSection(report, pages) {
  if (!report.precisions) return importReport(report);
  const model = report.float ?? (report.model === "supervised" ? report.supervised : report.student ?? report.supervised);
  return el("section", null, el("h2", null, "What was measured"),
    el("p", { class: "small soft" }, report.evaluated_on === "test" ? `On ${counted(report.pictures.test, "test picture")}, which nothing was learned from.`
      : `On ${counted(report.pictures.validation, "validation picture")}, because the dataset has no test pictures: these figures flatter.`),
    model && headline(model, report),
    report.comparison && comparison(report),
    learning(report), precisions(report),
    model && el("div", { class: "columns wide" }, perClass(model.measures, report.classes), confusion(model.measures.confusion.counts, report.classes)),
    model && more(model.measures, report),
    (report.notes ?? []).length > 0 && el("ul", { class: "small soft" }, report.notes.map((note) => el("li", null, note))),
    pages?.html && el("p", null, el("a", { class: "button", href: pages.html, target: "_blank" }, "The whole report")));
}

/// What a study came to, in sentences; the page has the rest.
export function studyReport(report, job) {
  const failed = report.trainings.filter((one) => one.failure);
  return el("section", null, el("h2", null, "What was compared"),
    report.comparisons.map((one) => el("p", null, el("strong", null, `${questions[one.question] ?? words(one.question)} `), one.verdict)),
    el("p", null, el("a", { class: "button", href: job.result.pages.html, target: "_blank" }, "The whole report"), " ", el("a", { href: job.result.pages.csv }, "as a table")),
    failed.length > 0 && el("ul", null, failed.map((one) => el("li", null, `${one.dataset}, ${one.network}, ${one.method}, seed ${one.seed}: ${one.failure}`))),
    report.notes.length > 0 && el("ul", { class: "small soft" }, report.notes.map((note) => el("li", null, note))));
}

const questions = { method: "Which method?", network: "Which network?", compact_semi_supervised: "Compact with unlabelled pictures, or standard with labels alone?" };

/// The four figures that most people look for.
function headline(model, report) {
  const served = report.precisions[report.quantisation?.served] ?? report.precisions.int8 ?? report.precisions.float;
  const tile = (name, value, below) => el("div", { class: "card tile" }, el("dt", null, name), el("dd", null, el("strong", null, value), below && el("span", { class: "hint" }, below)));
  const interval = (one) => one && `95 % interval ${decimal(one.low)} to ${decimal(one.high)}`;
  return el("dl", { class: "tiles" },
    tile("Macro-F1", decimal(model.macro_f1), interval(model.intervals_95?.macro_f1)),
    tile("Accuracy", percent(model.accuracy), model.intervals_95?.accuracy && `95 % interval ${percent(model.intervals_95.accuracy.low)} to ${percent(model.intervals_95.accuracy.high)}`),
    served && tile("File", bytes(served.file_bytes), report.quantisation?.served && `${report.quantisation.served} is served`),
    served && tile("One picture takes", milliseconds(served.median_latency_ms), "median on this machine"));
}

function comparison(report) {
  const { comparison: one, pseudo_labels: pseudo, hidden_labels: hidden } = report;
  return el("div", { class: "notice" }, el("strong", null, verdictWords(one.verdict)),
    el("p", null, `Macro-F1 ${signed(one.macro_f1_gain)} by the pictures without a label (95 % interval ${signed(one.macro_f1_gain_interval_95.low)} to ${signed(one.macro_f1_gain_interval_95.high)}; McNemar p ${one.mcnemar_p < 0.001 ? "< 0.001" : `= ${decimal(one.mcnemar_p)}`}).`),
    pseudo && el("p", { class: "small" }, `${count(pseudo.kept)} of ${counted(pseudo.unlabelled, "picture")} without a label were used.`),
    hidden?.judged > 0 && el("p", { class: "small" }, `Of ${counted(hidden.judged, "pseudo-label")} whose picture's class is known to the evaluator, ${percent(hidden.accuracy)} were right.`));
}

function learning(report) {
  const trained = [["labelled pictures alone", report.supervised], ["labelled and unlabelled pictures", report.student]].filter(([, one]) => one);
  return trained.length > 0 && table("Learning: with and without the unlabelled pictures", ["learned from", "pictures", "accuracy", "macro-F1", "95 % interval", "best epoch"], trained.map(([name, one]) => [name,
    count(one.training?.training_pictures), percent(one.accuracy), decimal(one.macro_f1),
    one.intervals_95?.macro_f1 ? `${decimal(one.intervals_95.macro_f1.low)} to ${decimal(one.intervals_95.macro_f1.high)}` : "–", count(one.training?.best_epoch)]));
}

function precisions(report) {
  const names = ["float", "int8"].filter((name) => report.precisions[name]);
  const served = report.quantisation?.served;
  return el("div", null,
    table(`Float against int8${Number.isFinite(report.agreement) && names.length > 1 ? `: both give the same class for ${percent(report.agreement)} of the pictures` : ""}`,
      ["arithmetic", "accuracy", "macro-F1", "file", "one picture takes (median)"], names.map((name) => {
        const one = report.precisions[name];
        return [`${name === "int8" ? "int8 (8-bit whole numbers)" : "float (32-bit)"}${name === served ? ", served" : ""}`, percent(one.accuracy), decimal(one.macro_f1), bytes(one.file_bytes), milliseconds(one.median_latency_ms)];
      })),
    report.int8 && el("p", { class: "small soft" }, `${percent(report.int8.doubt)} of the pictures were in doubt in int8 and answered in float; int8 alone gives float's class for ${percent(report.int8.agreement_alone)} of them.`),
    (report.quantisation?.reasons ?? []).map((reason) => el("p", { class: "small soft" }, reason)));
}

function perClass(measures, classes) {
  return table("Each class", ["class", "pictures", "precision", "recall", "F1"], (measures.per_class ?? []).map((one, index) =>
    [classes[index], count(one.support), decimal(one.precision), decimal(one.recall), decimal(one.f1)]));
}

/// Darker means a larger share of the row's true class; the numbers are pictures.
function confusion(counts, classes) {
  const caption = "Confusion matrix: a row is the true class, a column the answer";
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, el("table", { class: "confusion" }, el("caption", null, caption),
    el("thead", null, el("tr", null, el("td"), classes.map((one) => el("th", { scope: "col", class: "number" }, one)))),
    el("tbody", null, counts.map((row, truth) => {
      const total = row.reduce((sum, one) => sum + one, 0);
      return el("tr", null, el("th", { scope: "row" }, classes[truth]), row.map((cell, said) => {
        const share = total > 0 ? cell / total : 0;
        const place = el("td", { class: truth === said ? "number hit" : "number miss", title: `${classes[truth]} taken for ${classes[said]}: ${cell} of ${total}` }, count(cell));
        place.style.setProperty("--share", `${Math.round(share * 36)}%`);
        return place;
      }));
    }))));
}

function more(measures, report) {
  const efficiency = report.efficiency ?? {};
  const phases = Object.entries(efficiency.phase_seconds ?? {}).map(([name, seconds]) => `${words(name)} ${duration(seconds)}`).join(", ");
  return el("details", null, el("summary", null, "More measures"), facts([
    ["Balanced accuracy", percent(measures.balanced_accuracy)], ["Weighted F1", decimal(measures.weighted_f1)],
    ["Top-2 accuracy", percent(measures.top2_accuracy)], ["Cohen's kappa", decimal(measures.kappa)],
    ["Matthews correlation", decimal(measures.matthews_correlation)], ["Macro AUROC", decimal(measures.macro_auroc)],
    ["Log loss", decimal(measures.log_loss)], ["Brier score", decimal(measures.brier)], ["Expected calibration error", decimal(measures.expected_calibration_error)],
    ["… with the temperature", decimal(report.calibration?.after?.expected_calibration_error)], ["Prediction sets", sets(report.conformal)],
    ["Parameters", efficiency.parameters && large(efficiency.parameters)], ["Multiply-adds of one picture", efficiency.multiply_adds && large(efficiency.multiply_adds)],
    ["Time", phases || undefined], ["Waited for pictures", percent((report.student ?? report.supervised)?.training?.data_wait_share)], ["Computed by", efficiency.backend],
  ]));
}

/// What the prediction sets promised and kept.
function sets(conformal) {
  const kept = (conformal?.precisions?.float ?? conformal?.precisions?.int8)?.coverage;
  return kept && `hold the true class for ${percent(kept.coverage)} of the pictures (${percent(1 - conformal.alpha)} promised), ${kept.mean_size.toFixed(2)} classes on average`;
}

/// An import's report names the entries that were not taken.
function importReport(report) {
  const refused = report.bad_entries ?? [];
  if (!Array.isArray(refused) || refused.length === 0) return el("div");
  return el("section", null, el("h2", null, "Entries that were not taken"),
    el("ul", null, refused.slice(0, 200).map((one) => el("li", null, typeof one === "string" ? one : [one.name ?? one.entry ?? one.path, one.detail ?? one.reason].filter(Boolean).join(": ")))),
    refused.length > 200 && el("p", { class: "soft" }, `and ${count(refused.length - 200)} more`));
}

function verdictWords(verdict) {
  return { "use semi-supervised": "The pictures without a label helped: use this model.", "no evidence of a gain": "There is no evidence that the pictures without a label helped.",
    "use baseline": "Training on the labelled pictures alone was better." }[verdict] ?? verdict;
}

function signed(value) { return Number.isFinite(value) ? `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(3)}` : "–"; }

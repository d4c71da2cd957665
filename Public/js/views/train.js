// The form for a training job. Its fields, defaults and ranges come from the service (GET /v1/methods and /v1/networks), so the two cannot drift apart.
import { el, fault, labelled, show } from "../dom.js";
import { get, list, post } from "../api.js";
import { count, fieldTitle, large, valueTitle } from "../format.js";
import { attempt, faultName } from "../problem.js";

// What most people look at; the rest waits under "More choices".
const shownFirst = ["image_size", "epochs", "batch_size", "flips", "confidence", "seed"];
// These have places of their own in the form.
const placed = ["type", "dataset", "revision", "model", "method", "network", "weights", "baseline"];
const hints = {
  image_size: "of the square that the network sees; smaller is faster",
  epochs: "passes over the pictures; training stops by itself when it gets no better",
  batch_size: "pictures a step", flips: "both for microscopy, where no side is up",
  confidence: "an unlabelled picture is used only if the teacher is surer than this",
  seed: "the same seed gives the same result", patience: "epochs without an improvement before it stops",
  learning_rate: "greatest step of the one-cycle schedule", fit: "how a picture becomes square",
  "quantisation.max_drop": "more, and float is served", "quantisation.qat_epochs": "only where no calibration passes",
  "quantisation.calibration": "how the range of each layer is found",
  time_limit_s: "of running; then the job fails", threads: "processor cores to use", priority: "greater goes first",
  freeze_epochs: "at the start, with pretrained weights only", weight_decay: "pull of every weight to zero",
  training_precision: "what convolutions multiply while it learns",
  class_weights: "balanced: rare classes count more",
};

export async function trainView(place, [wanted]) {
  const [datasets, networks, methods, weights] = await Promise.all([
    list("/v1/datasets"), get("/v1/networks"), get("/v1/methods"), get("/v1/weights").catch(() => ({ items: [] })),
  ]);
  show(place, el("h1", null, "Train a network"));
  if (datasets.length === 0) {
    place.append(el("p", null, "There is nothing to learn from yet. ", el("a", { href: "#/datasets" }, "Make a dataset first.")));
    return;
  }

  const dataset = select(datasets.map((one) => [one.name, `${one.name} (${count(one.counts.labelled)} labelled, ${count(one.counts.unlabelled_train)} not)`]), wanted ?? datasets[0].name);
  const method = select(methods.items.map((one) => [one.name, valueTitle(one.name)]), methods.items.find((one) => one.uses_unlabelled)?.name);
  const network = select(networks.items.map((one) => [one.name, `${one.name} (${large(one.parameters)} parameters)`]),
    networks.items.some((one) => one.name === "mobilenet_v2") ? "mobilenet_v2" : undefined);
  const initial = el("select");
  const model = el("input", { autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 128 });
  const baseline = el("input", { type: "checkbox", checked: true });
  const aboutMethod = el("p", { class: "small soft", role: "status" });
  const first = el("div", { class: "fields" }), more = el("div", { class: "fields" });
  const moreBox = el("details", null, el("summary", null, "More choices"), more);
  const answer = el("div");
  const button = el("button", { type: "submit" }, "Start training");
  const fixed = { dataset, method, network, weights: initial, model };
  let fields = [];

  const chosenMethod = () => methods.items.find((one) => one.name === method.value);
  function methodChanged() {
    aboutMethod.textContent = chosenMethod().description ?? "";
    baseline.disabled = !chosenMethod().uses_unlabelled;
    if (baseline.disabled) baseline.checked = false;
    const held = new Map(fields.map((one) => [one.name, one.input.value]));  // what was typed stays when the method changes
    fields = chosenMethod().fields.filter((one) => !placed.includes(one.name)).map((one) => ({ ...one, input: inputFor(one, held.get(one.name)) }));
    const shown = (one) => labelled(fieldTitle(one.name), one.input, [(hints[one.name] ?? one.description ?? "").replace(/\.$/, ""), rangeOf(one)].filter(Boolean).join("; "));
    show(first, fields.filter((one) => shownFirst.includes(one.name)).map(shown));
    show(more, fields.filter((one) => !shownFirst.includes(one.name)).map(shown));
  }
  function networkChanged() {
    const fitting = weights.items.filter((one) => one.network === network.value);
    show(initial, el("option", { value: "" }, "random (from scratch)"), fitting.map((one, index) => el("option", { value: one.name, selected: index === 0 }, `pretrained: ${one.name}`)));
  }
  method.addEventListener("change", methodChanged);
  network.addEventListener("change", networkChanged);
  methodChanged();
  networkChanged();

  baseline.id = "baseline";
  const form = el("form", { novalidate: true },
    el("fieldset", null, el("legend", null, "What"), el("div", { class: "fields broad" },
      labelled("Dataset", dataset), labelled("Method", method), labelled("Network", network),
      labelled("Initial weights", initial, "pretrained ones need far fewer pictures"),
      labelled("Name of the model", model, "empty: the dataset's name")), aboutMethod,
      el("div", { class: "check" }, baseline, el("label", { for: baseline.id }, "Also train on the labelled pictures alone, to compare"))),
    el("fieldset", null, el("legend", null, "How"), first, moreBox),
    button, answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const field of [...fields.map((one) => one.input), ...Object.values(fixed)]) fault(field);
    const request = { type: "train", dataset: dataset.value, network: network.value, method: method.value };
    if (initial.value) request.weights = initial.value;
    if (model.value.trim()) request.model = model.value.trim();
    if (!baseline.disabled) request.baseline = baseline.checked;
    for (const one of fields) insert(request, one.name, valueOf(one));
    const job = await attempt(button, answer, () => post("/v1/jobs", request).catch((error) => { mark(error); throw error; }));
    if (job) { location.hash = `#/jobs/${encodeURIComponent(job.id)}`; return; }
    const wrong = form.querySelector("[aria-invalid]");
    if (wrong && moreBox.contains(wrong)) moreBox.open = true;
    wrong?.focus();
  });
  place.append(form);

  /// Marks the fields that the service named.
  function mark(error) {
    for (const one of error?.problem?.errors ?? []) {
      const name = faultName(one.pointer);
      const field = fixed[name] ?? fields.find((field) => field.name === name)?.input;
      if (field) fault(field, one.detail);
    }
  }
}

function select(pairs, chosen) { return el("select", null, pairs.map(([value, text]) => el("option", { value, selected: value === chosen }, text))); }

const isNumber = (field) => /number|integer/.test(field.type);

function rangeOf(field) {
  if (field.choices || field.minimum === undefined || field.maximum === undefined) return undefined;
  return field.maximum > 1e9 ? `${field.minimum} or more` : `${field.minimum} to ${count(field.maximum)}`;
}

function inputFor(field, held) {
  const preset = field.default ?? undefined;
  if (field.type === "array" && field.choices) return el("input", { autocomplete: "off", value: held ?? "", placeholder: "automatic" });
  if (field.choices) return select([...(preset === undefined ? [["", "automatic"]] : []), ...field.choices.map((one) => [one, valueTitle(one)])], held ?? preset);
  if (field.type === "boolean") return select([["", "as usual"], ["true", "yes"], ["false", "no"]], held ?? (preset === undefined ? "" : String(preset)));
  return el("input", { type: "text", inputmode: isNumber(field) ? "decimal" : "text", value: held ?? (preset === undefined ? "" : String(preset)), placeholder: "automatic", autocomplete: "off" });
}

/// What the field says, as JSON; undefined where it is left as it was.
function valueOf(field) {
  const text = field.input.value.trim();
  if (text === "" || text === String(field.default ?? "")) return undefined;
  if (isNumber(field)) { const number = Number(text); return Number.isFinite(number) ? number : text; }
  if (field.type === "boolean") return text === "true";
  if (field.type === "array") return text.split(",").map((one) => one.trim()).filter(Boolean);
  return text;
}

/// `quantisation.max_drop` becomes a member of the object `quantisation`.
function insert(request, name, value) {
  if (value === undefined) return;
  const parts = name.split(".");
  let target = request;
  for (const part of parts.slice(0, -1)) target = (target[part] ??= {});
  target[parts.at(-1)] = value;
}

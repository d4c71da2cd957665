// The form for a training job. Its fields, defaults and ranges come from the service (GET /v1/methods and /v1/networks), so the two cannot drift apart.
import { attempt, el, labelled, show } from "../dom.js";
import { get, list, post } from "../api.js";
import { count, words } from "../format.js";

// What most people look at; the rest waits under "More choices".
const shownFirst = ["image_size", "epochs", "batch_size", "flips", "confidence", "seed"];
// These have places of their own in the form.
const placed = ["type", "dataset", "revision", "model", "method", "network", "weights", "teachers", "baseline"];
const hints = {
  image_size: "side of the square that the network sees, in pixels; smaller is faster",
  epochs: "passes over the pictures at most; training stops by itself when it no longer gets better",
  batch_size: "pictures a step", flips: "both: also upside down, right for microscopy",
  confidence: "a picture without a label is used only if the teacher is surer than this",
  seed: "the same seed gives the same result", patience: "epochs without an improvement before it stops",
  learning_rate: "greatest step size", fit: "how a picture becomes a square", "quantisation.max_drop": "macro-F1 that int8 may lose at most",
  time_limit_s: "seconds after which the job is stopped", threads: "processor cores to use", priority: "greater goes first",
};

export async function trainView(place, [wanted]) {
  show(place, el("h1", null, "Train a network"));
  const [datasets, networks, methods, weights] = await Promise.all([
    list("/v1/datasets"), get("/v1/networks"), get("/v1/methods"), get("/v1/weights").catch(() => ({ items: [] })),
  ]);
  if (datasets.length === 0) {
    place.append(el("p", null, "There is nothing to learn from yet. ", el("a", { href: "#/datasets" }, "Make a dataset first.")));
    return;
  }

  const dataset = select(datasets.map((one) => [one.name, `${one.name}: ${count(one.counts.labelled)} labelled, ${count(one.counts.unlabelled_train)} without a label`]), wanted ?? datasets[0].name);
  const method = select(methods.items.map((one) => [one.name, words(one.name)]), methods.items.find((one) => one.uses_unlabelled)?.name);
  const network = select(networks.items.map((one) => [one.name, `${one.name}: ${(one.parameters / 1e6).toFixed(1)} M parameters (${one.family})`]),
    networks.items.some((one) => one.name === "mobilenet_v2") ? "mobilenet_v2" : undefined);
  const initial = el("select");
  const model = el("input", { autocomplete: "off", maxlength: 128 });
  const baseline = el("input", { type: "checkbox", checked: true });
  const aboutMethod = el("p", { class: "small soft" });
  const first = el("div", { class: "fields" }), more = el("div", { class: "fields" });
  const answer = el("div");
  const button = el("button", { type: "submit" }, "Start training");
  let fields = [];

  const chosenMethod = () => methods.items.find((one) => one.name === method.value);
  function methodChanged() {
    aboutMethod.textContent = chosenMethod().description ?? "";
    baseline.disabled = !chosenMethod().uses_unlabelled;
    if (baseline.disabled) baseline.checked = false;
    fields = chosenMethod().fields.filter((one) => !placed.includes(one.name)).map((one) => ({ ...one, input: inputFor(one) }));
    const shown = (one) => labelled(words(one.name), one.input, hints[one.name] ?? one.description);
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

  const form = el("form", { novalidate: true },
    el("fieldset", null, el("legend", null, "What"), el("div", { class: "fields" },
      labelled("Dataset", dataset), labelled("Method", method), labelled("Network", network),
      labelled("Initial weights", initial, "pretrained ones need far fewer pictures"),
      labelled("Name of the model", model, "empty: the dataset's name")), aboutMethod,
      el("label", { class: "check" }, baseline, "Also train on the labelled pictures alone, to compare")),
    el("fieldset", null, el("legend", null, "How"), first, el("details", null, el("summary", null, "More choices"), more)),
    button, answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const one of fields) one.input.removeAttribute("aria-invalid");
    const request = { type: "train", dataset: dataset.value, network: network.value, method: method.value };
    if (initial.value) request.weights = initial.value;
    if (model.value.trim()) request.model = model.value.trim();
    if (!baseline.disabled) request.baseline = baseline.checked;
    for (const one of fields) insert(request, one.name, valueOf(one));
    const job = await attempt(button, answer, () => post("/v1/jobs", request).catch((error) => { mark(error, fields); throw error; }));
    if (job) location.hash = `#/jobs/${encodeURIComponent(job.id)}`;
  });
  place.append(form);
}

function select(pairs, chosen) { return el("select", null, pairs.map(([value, text]) => el("option", { value, selected: value === chosen }, text))); }

const isNumber = (field) => /number|integer/.test(field.type);

function inputFor(field) {
  const preset = field.default ?? undefined;
  if (field.choices) return select(field.choices.map((one) => [one, words(one)]), preset);
  if (field.type === "boolean") return select([["", "as usual"], ["true", "yes"], ["false", "no"]], preset === undefined ? "" : String(preset));
  const range = field.minimum !== undefined && field.maximum !== undefined ? `${field.minimum} to ${field.maximum}` : undefined;
  return el("input", { type: "text", inputmode: isNumber(field) ? "decimal" : "text", value: preset === undefined ? "" : String(preset), title: range, placeholder: preset === undefined ? "automatic" : range, autocomplete: "off" });
}

/// What the field says, as JSON; undefined where it is left as it was.
function valueOf(field) {
  const text = field.input.value.trim();
  if (text === "" || text === String(field.default ?? "")) return undefined;
  if (isNumber(field)) { const number = Number(text); return Number.isFinite(number) ? number : text; }
  if (field.type === "boolean") return text === "true";
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

/// Marks the fields that the service named.
function mark(error, fields) {
  for (const fault of error?.problem?.errors ?? []) {
    const name = (fault.pointer ?? "").replace(/^\//, "").replaceAll("/", ".");
    fields.find((one) => one.name === name)?.input.setAttribute("aria-invalid", "true");
  }
}

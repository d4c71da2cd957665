// Numbers, times and names as people read them.

/// 0.873 -> "87.3 %"; "–" where there is nothing.
export function percent(value, digits = 1) { return Number.isFinite(value) ? `${(value * 100).toFixed(digits)} %` : "–"; }

export function decimal(value, digits = 3) { return Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "–"; }

export function count(value) { return Number.isFinite(value) ? value.toLocaleString("en") : "–"; }

/// "1 picture", "2 pictures".
export function counted(value, one, many = `${one}s`) { return `${count(value)} ${value === 1 ? one : many}`; }

export function bytes(value) {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} GB`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} MB`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)} kB`;
  return `${value} B`;
}

/// 3504872 -> "3.50 M".
export function large(value) {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} G`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)} k`;
  return String(value);
}

export function milliseconds(value) { return Number.isFinite(value) ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : "–"; }

/// 75 -> "1 min 15 s".
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/// An RFC 3339 time in the reader's own zone.
export function moment(text) {
  if (!text) return "–";
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/// "macro_f1" -> "macro-F1": a field's name as words.
export function words(name) { return String(name).replace(/\bmacro_f1\b/g, "macro-F1").replaceAll("macro_f1", "macro-F1").replaceAll("_", " ").replace(/\bf1\b/g, "F1"); }

const titles = {
  batch_size: "Batch size", baseline: "Baseline", class_weights: "Class weights", confidence: "Confidence threshold", dataset: "Dataset",
  epochs: "Epochs, at most", fit: "Fit to square", flips: "Flips", freeze_epochs: "Epochs with frozen body", image_size: "Picture side (pixels)",
  label_smoothing: "Label smoothing", learning_rate: "Learning rate", method: "Method", model: "Model", name: "Name", network: "Network",
  optimiser: "Optimiser", patience: "Patience (epochs)", priority: "Priority", "quantisation": "int8",
  "quantisation.calibration": "int8: calibration", "quantisation.max_drop": "int8: macro-F1 it may lose", "quantisation.qat_epochs": "int8: epochs of training in 8 bits",
  "quantisation.scheme": "int8: scheme",
  revision: "Revision", seed: "Seed", teachers: "Teachers", threads: "Threads", time_limit_s: "Time limit (seconds)",
  training_precision: "Training precision", type: "Kind of job",
  weight_decay: "Weight decay", weights: "Initial weights", classes: "Classes", description: "Description", label: "Label", role: "Role",
  version: "Version",
};

/// What the pages call a field of the service.
export function fieldTitle(name) {
  if (titles[name]) return titles[name];
  const text = words(String(name).replaceAll(".", ": "));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const values = {
  adamw: "AdamW", sgd: "SGD with momentum", ptq: "post-training (ptq)", none: "none", minmax: "smallest to largest (minmax)",
  percentile: "percentile", mse: "least squared error (mse)", entropy: "least information lost (entropy)",
  crop: "crop the middle", pad: "pad with grey", squish: "squeeze", horizontal: "left–right",
  both: "left–right and upside down", plain_distillation: "Plain distillation", supervised: "Supervised (labels only)", balanced: "balanced",
};

/// What the pages call one of a field's choices; names stay as they are.
export function valueTitle(value) { return values[value] ?? String(value); }

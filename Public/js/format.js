// Numbers and times as people read them.

/// 0.873 -> "87.3 %"; "–" where there is nothing.
export function percent(value, digits = 1) { return Number.isFinite(value) ? `${(value * 100).toFixed(digits)} %` : "–"; }

export function decimal(value, digits = 3) { return Number.isFinite(value) ? value.toFixed(digits) : "–"; }

export function count(value) { return Number.isFinite(value) ? value.toLocaleString("en") : "–"; }

export function bytes(value) {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} GB`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} MB`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)} kB`;
  return `${value} B`;
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
  return Number.isNaN(date.getTime()) ? text : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/// "macro_f1" -> "macro f1": a field's name as words.
export function words(name) { return String(name).replaceAll("_", " ").replace(/\bf1\b/g, "F1"); }

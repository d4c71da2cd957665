// How a job's state looks, the same everywhere.
import { el } from "../dom.js";
import { valueTitle, words } from "../format.js";

const wordsOf = {
  queued: "waiting", running: "running", succeeded: "done", failed: "failed", cancelled: "cancelled", interrupted: "interrupted, will go on",
};

export const terminalStates = ["succeeded", "failed", "cancelled"];
export function isOver(job) { return terminalStates.includes(job.state); }
export function stateBadge(state) { return el("span", { class: `badge ${state}` }, wordsOf[state] ?? state); }

/// What a job does, in a few words.
export function jobTitle(job) {
  const subject = (job.type === "quantise" ? job.specification?.model : job.specification?.dataset) ?? job.specification?.datasets?.join(", ") ?? job.specification?.model;
  const kind = { train: "Training", import: "Import of an archive", quantise: "Quantisation", evaluate: "Evaluation", study: "Study" }[job.type] ?? words(job.type);
  return subject ? `${kind} · ${subject}` : kind;
}

/// The way and the network of a training, those of a study, the version of a quantisation, or nothing.
export function jobDetail(job) {
  const request = job.specification ?? {};
  if (job.type === "study") return `${request.methods.map(valueTitle).join(", ")} · ${request.networks.join(", ")}`;
  if (job.type === "quantise") return `of version ${request.version}, by pictures of ${request.dataset}`;
  return [request.method && valueTitle(request.method), request.network].filter(Boolean).join(", ");
}

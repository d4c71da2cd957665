// How a job's state looks, the same everywhere.
import { el } from "../dom.js";

const wordsOf = {
  queued: "waiting", running: "running", succeeded: "done", failed: "failed", cancelled: "cancelled", interrupted: "interrupted, will go on",
};

export const terminalStates = ["succeeded", "failed", "cancelled"];
export function isOver(job) { return terminalStates.includes(job.state); }
export function stateBadge(state) { return el("span", { class: `badge ${state}` }, wordsOf[state] ?? state); }

/// What a job does, in a few words.
export function jobTitle(job) {
  const request = job.specification ?? {};
  const subject = request.dataset ? ` · ${request.dataset}` : "";
  if (job.type === "train") return `Training${subject}`;
  if (job.type === "import") return `Import of an archive${subject}`;
  return `${job.type}${subject}`;
}

// All jobs, newest first, with their state; refreshed while one is not over.
import { el, show } from "../dom.js";
import { list } from "../api.js";
import { duration, moment, percent } from "../format.js";
import { isOver, jobTitle, stateBadge } from "../parts/state.js";

export async function jobsView(place, _, leaving) {
  const table = el("div");
  show(place, el("h1", null, "Jobs"), el("p", null, el("a", { class: "button", href: "#/train" }, "New training")), table);
  await refresh();

  async function refresh() {
    const jobs = (await list("/v1/jobs", {}, 500)).sort((a, b) => (a.id < b.id ? 1 : -1));
    if (leaving.aborted) return;
    if (jobs.length === 0) { show(table, el("p", { class: "soft" }, "There is no job yet.")); return; }
    show(table, el("div", { class: "scroll" }, el("table", null,
      el("thead", null, el("tr", null, ["job", "state", "done", "submitted", "took"].map((one) => el("th", { scope: "col" }, one)))),
      el("tbody", null, jobs.map(row)))));
    if (jobs.some((job) => !isOver(job))) {
      const timer = setTimeout(() => refresh().catch(() => {}), 3000);
      leaving.addEventListener("abort", () => clearTimeout(timer), { once: true });
    }
  }
}

function row(job) {
  const from = Date.parse(job.started_at ?? ""), to = job.finished_at ? Date.parse(job.finished_at) : Date.now();
  return el("tr", null,
    el("th", { scope: "row" }, el("a", { href: `#/jobs/${encodeURIComponent(job.id)}` }, jobTitle(job)), el("span", { class: "hint" }, job.id)),
    el("td", null, stateBadge(job.state)),
    el("td", { class: "number" }, job.state === "running" ? percent(job.progress?.fraction, 0) : ""),
    el("td", null, moment(job.created_at)),
    el("td", { class: "number" }, Number.isFinite(from) ? duration((to - from) / 1000) : ""));
}

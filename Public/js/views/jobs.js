// All jobs, newest first, with their state; refreshed while one is not over.
import { el, show } from "../dom.js";
import { list } from "../api.js";
import { duration, moment, percent } from "../format.js";
import { isOver, jobDetail, jobTitle, stateBadge } from "../parts/state.js";

export async function jobsView(place, _, leaving) {
  const table = el("div");
  const jobs = await list("/v1/jobs", {}, 500);
  show(place, el("h1", null, "Jobs"), el("p", null, el("a", { class: "button", href: "#/train" }, "New training")), table);
  showJobs(jobs);

  function showJobs(jobs) {
    if (jobs.length === 0) { show(table, el("p", { class: "soft" }, "There is no job yet.")); return; }
    const focused = document.activeElement?.getAttribute("href");
    show(table, el("div", { class: "scroll" }, el("table", null, el("caption", null, "Jobs, the newest first"),
      el("thead", null, el("tr", null, el("th", { scope: "col" }, "job"), el("th", { scope: "col" }, "state"), el("th", { scope: "col" }, "submitted"), el("th", { scope: "col", class: "number" }, "took"))),
      el("tbody", null, jobs.sort((a, b) => (a.id < b.id ? 1 : -1)).map(row)))));
    if (focused) table.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    if (jobs.some((job) => !isOver(job))) {
      const timer = setTimeout(refresh, 2000);
      leaving.addEventListener("abort", () => clearTimeout(timer), { once: true });
    }
  }

  async function refresh() {
    try {
      const jobs = await list("/v1/jobs", {}, 500);
      if (!leaving.aborted) showJobs(jobs);
    } catch {  // the service may be starting again; what is shown stays
      if (!leaving.aborted) setTimeout(refresh, 5000);
    }
  }
}

function row(job) {
  const from = Date.parse(job.started_at ?? ""), to = job.finished_at ? Date.parse(job.finished_at) : Date.now();
  const fraction = job.progress?.fraction ?? 0;
  return el("tr", null,
    el("th", { scope: "row" }, el("a", { href: `#/jobs/${encodeURIComponent(job.id)}` }, jobTitle(job)), el("span", { class: "hint" }, jobDetail(job) || job.id)),
    el("td", null, stateBadge(job.state), job.state === "running" && el("span", { class: "hint" }, percent(fraction, 0), el("progress", { max: 1, value: fraction, "aria-label": `progress of ${jobTitle(job)}` })),
      job.error && el("span", { class: "hint" }, job.error.title)),
    el("td", null, moment(job.created_at)),
    el("td", { class: "number" }, Number.isFinite(from) ? duration((to - from) / 1000) : ""));
}

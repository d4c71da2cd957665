// One job, live: its events from the first on, so that a reload or a second tab shows the same.
import { announce, el, facts, show } from "../dom.js";
import { get, path, post, remove } from "../api.js";
import { curves } from "../chart.js";
import { count, decimal, duration, fieldTitle, moment, percent, valueTitle, words } from "../format.js";
import { attempt, problemNotice } from "../problem.js";
import { isOver, jobTitle, stateBadge } from "../parts/state.js";
import { reportSection, studyReport } from "../parts/report.js";
import { followEvents } from "../parts/stream.js";

/// Bytes of the end of a log that the page shows.
const logTail = 65536;

export async function jobView(place, [id], leaving) {
  const address = path("v1", "jobs", id);
  let job = await get(address);
  const measures = [];  // { epoch, phase, metrics } in the order of arrival
  const head = el("div"), chart = el("div"), alarms = el("div"), report = el("div"), messages = el("div"), connection = el("div", { role: "status" });
  const log = el("pre", { tabindex: 0, "aria-label": "log" });
  const logBox = el("details", null, el("summary", null, "Log"), log);
  logBox.addEventListener("toggle", () => { if (logBox.open) showLog(); });
  show(place, el("h1", null, jobTitle(job)), head, connection, messages, alarms, chart, report, logBox, el("h2", null, "What was asked for"), specification(job));
  showHead();
  follow();
  if (isOver(job)) await finish(false);

  function follow() {
    let drawing = false;
    const redraw = () => {
      if (drawing) return;
      drawing = true;
      requestAnimationFrame(() => { drawing = false; if (!leaving.aborted) showChart(); });  // a replay brings hundreds at once
    };
    followEvents(`${address}/events`, leaving, (kind, value) => {
      if (kind === "progress" && !isOver(job)) { job.progress = value.progress ?? value; showProgress(); }
      if (kind === "metric" && value.metrics) { measures.push({ epoch: value.epoch ?? measures.length + 1, phase: value.phase ?? "training", metrics: value.metrics }); redraw(); }
      if (kind === "alarm") alarms.append(el("div", { class: "notice warn", role: "alert" }, el("strong", null, words(value.code ?? "alarm")), el("p", null, value.message ?? "")));
      if (kind === "log" && logBox.open) showLog();
      if (kind === "state" || kind === "end") ask(kind === "end");
    }, (isLost) => show(connection, isLost && el("p", { class: "notice warn" }, "The connection to the service is lost; the page tries again.")));
  }

  async function ask(isEnd) {
    const wasOver = isOver(job);
    try {
      job = await get(address);
      showHead();
      if (isEnd && !wasOver) await finish(true);
    } catch (error) { if (!leaving.aborted) show(messages, problemNotice(error)); }
  }

  async function finish(isNews) {
    if (logBox.open) showLog();
    if (isNews) announce(`${jobTitle(job)}: ${job.state}`);
    if (job.state !== "succeeded") return;
    try {
      const found = await get(`${address}/report`);
      if (!leaving.aborted) show(report, job.type === "study" ? studyReport(found, job) : reportSection(found, job.result?.pages));
    } catch (error) { if (error.status !== 404 && !leaving.aborted) show(report, problemNotice(error)); }
  }

  function showChart() {
    if (job.type !== "train" || measures.length === 0) { show(chart); return; }
    const phases = [...new Set(measures.map((one) => one.phase))];
    const charts = [["Loss (lower is better)", /loss$/, undefined, "loss"], ["Macro-F1 on the validation pictures (higher is better)", /macro_f1$/, 1, "macro-F1"]];
    show(chart, el("div", { class: "columns" }, charts.map(([title, pattern, top, yName]) => {
      const series = [];
      for (const phase of phases) {
        const own = measures.filter((one) => one.phase === phase);
        for (const name of [...new Set(own.flatMap((one) => Object.keys(one.metrics)))].filter((one) => pattern.test(one))) {
          const short = words(name.replace(/^validation_macro_f1$/, "macro_f1"));
          series.push({
            colour: phases.indexOf(phase), dashed: name.startsWith("validation") && /loss$/.test(name),
            name: phases.length > 1 ? `${words(phase)}, ${short}` : short,
            points: own.filter((one) => Number.isFinite(one.metrics[name])).map((one) => [one.epoch, one.metrics[name]]),
          });
        }
      }
      return curves(title, series, { to: top, yName });
    })));
  }

  function showProgress() {
    const place = head.querySelector(".progress");
    if (!place) { showHead(); return; }
    const { progress } = job;
    place.querySelector("progress").value = progress.fraction;
    place.querySelector("p").textContent = progressWords(progress);
  }

  function showHead() {
    const answer = el("div");
    show(head,
      el("p", null, stateBadge(job.state), job.attempt > 1 && ` attempt ${job.attempt}`, job.queue_position && ` number ${job.queue_position} in the queue`),
      job.state === "running" && job.progress && el("div", { class: "progress" },
        el("progress", { max: 1, value: job.progress.fraction, "aria-label": "progress of the job" }), el("p", { class: "small" }, progressWords(job.progress))),
      job.error && el("div", { class: "notice bad", role: "alert" }, el("strong", null, job.error.title ?? "It failed"), el("p", null, job.error.detail ?? "")),
      job.result?.model && el("p", null, "It made ", el("a", { href: `#/models/${encodeURIComponent(job.result.model)}` }, `${job.result.model}, version ${job.result.version}`), ". ",
        el("a", { href: `#/classify/${encodeURIComponent(job.result.model)}` }, "Classify pictures with it"), ", or read ",
        el("a", { href: `${address}/report`, target: "_blank", rel: "noopener" }, "its report"), "."),
      job.type === "import" && job.result?.counts && el("p", null, Object.entries(job.result.counts).map(([name, value]) => `${words(name)}: ${count(value)}`).join(", "), ". ",
        el("a", { href: `#/datasets/${encodeURIComponent(job.specification.dataset)}` }, "See the pictures"), "."),
      job.specification?.study && el("p", { class: "small" }, "It belongs to ", el("a", { href: `#/jobs/${encodeURIComponent(job.specification.study)}` }, "a study"), "."),
      el("p", { class: "small soft" }, times(job)),
      el("div", { class: "row" },
        !isOver(job) && command("Cancel", "danger", answer, () => post(`${address}/cancel`)),
        ["failed", "cancelled"].includes(job.state) && command(job.type === "quantise" ? "Begin again" : "Go on from the last checkpoint", "plain", answer, () => post(`${address}/resume`), true),
        isOver(job) && command("Delete this job", "danger", answer, async () => {
          if (!confirm("Delete this job with its log and report? A model that it made stays.")) return;
          await remove(address);
          location.hash = "#/jobs";
        })),
      answer);
  }

  function command(text, kind, answer, action, startsAgain = false) {
    const button = el("button", { class: kind, onclick: async () => {
      const done = await attempt(button, answer, async () => { await action(); return true; });
      if (!done || leaving.aborted || !location.hash.endsWith(encodeURIComponent(id))) return;
      if (startsAgain) { dispatchEvent(new HashChangeEvent("hashchange")); return; }  // the stream of the ended job is closed: begin anew
      await ask(false);
    } }, text);
    return button;
  }

  async function showLog() {
    try {
      const text = await get(`${address}/log`, {}, { headers: { Accept: "text/plain", Range: `bytes=-${logTail}` } });
      log.textContent = text ? `${text.length >= logTail ? "… (the end of a longer log)\n" : ""}${text}` : "(empty)";
    } catch (error) {
      log.textContent = error.status === 416 ? "(empty)" : error.message;
    }
    log.scrollTop = log.scrollHeight;
  }
}

function progressWords(progress) {
  return [percent(progress.fraction, 0), words(progress.phase ?? ""), progress.epoch && progress.epochs && `epoch ${progress.epoch} of ${progress.epochs}`,
    progress.trainings && Object.entries(progress.trainings).map(([state, number]) => `${number} ${words(state)}`).join(", "), progress.images_per_s && `${Math.round(progress.images_per_s)} pictures/s`, Number.isFinite(progress.eta_s) && `about ${duration(progress.eta_s)} left`].filter(Boolean).join(" · ");
}

function times(job) {
  const took = (Date.parse(job.finished_at ?? "") - Date.parse(job.started_at ?? "")) / 1000;
  return [`submitted ${moment(job.created_at)}`, job.started_at && `started ${moment(job.started_at)}`, job.finished_at && `ended ${moment(job.finished_at)}`,
    Number.isFinite(took) && `took ${duration(took)}`].filter(Boolean).join(" · ");
}

function specification(job) {
  const rows = [];
  for (const [name, value] of Object.entries(job.specification ?? {})) {
    if (value === null) continue;
    if (typeof value === "object" && !Array.isArray(value)) for (const [inner, one] of Object.entries(value)) rows.push([`${name}.${inner}`, one]);
    else rows.push([name, value]);
  }
  return facts(rows.map(([name, value]) => [fieldTitle(name), Array.isArray(value) ? value.join(", ")
    : typeof value === "number" ? (Number.isInteger(value) ? String(value) : decimal(value, 6).replace(/0+$/, "")) : typeof value === "boolean" ? (value ? "yes" : "no") : valueTitle(value)]));
}

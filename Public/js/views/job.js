// One job, live: server-sent events where they work, asking every two seconds where they do not.
import { announce, attempt, el, problemNotice, show } from "../dom.js";
import { get, path, post, remove } from "../api.js";
import { curves } from "../chart.js";
import { count, decimal, duration, moment, percent, words } from "../format.js";
import { isOver, jobTitle, stateBadge } from "../parts/state.js";
import { reportSection } from "../parts/report.js";

export async function jobView(place, [id], leaving) {
  const address = path("v1", "jobs", id);
  let job = await get(address);
  const measures = [];  // { epoch, phase, metrics } in the order of arrival
  const head = el("div"), chart = el("div"), alarms = el("div"), report = el("div"), log = el("pre", { tabindex: 0, "aria-label": "log" }), messages = el("div");
  const logBox = el("details", null, el("summary", null, "Log"), log);
  logBox.addEventListener("toggle", () => { if (logBox.open) showLog(); });
  show(place, el("h1", null, jobTitle(job)), head, messages, alarms, chart, report, logBox, el("h2", null, "What was asked for"), specification(job));
  showHead();

  for (const event of (await get(`${address}/metrics`).catch(() => ({ items: [] }))).items) remember(event);
  showChart();
  if (isOver(job)) { await finish(); return; }
  follow();

  function follow() {
    const stream = new EventSource(`${address}/events`);
    leaving.addEventListener("abort", () => stream.close(), { once: true });
    const from = measures.length;
    let seen = 0;
    const read = (event) => { try { return JSON.parse(event.data); } catch { return undefined; } };
    stream.addEventListener("progress", (event) => { const value = read(event); if (value) { job.progress = value.progress ?? value; showHead(); } });
    stream.addEventListener("metric", (event) => {
      seen += 1;
      if (seen <= from) return;  // the stream begins with what the history already held
      const value = read(event);
      if (value) { remember(value); showChart(); }
    });
    stream.addEventListener("alarm", (event) => { const value = read(event); if (value) alarms.append(el("div", { class: "notice warn", role: "alert" }, el("strong", null, words(value.code ?? "alarm")), el("p", null, value.message ?? ""))); });
    stream.addEventListener("state", async () => { job = await get(address).catch(() => job); showHead(); });
    stream.addEventListener("end", async () => { stream.close(); job = await get(address); await finish(); });
    stream.onerror = () => {
      if (stream.readyState !== EventSource.CLOSED || leaving.aborted) return;
      poll();
    };
  }

  async function poll() {
    while (!leaving.aborted && !isOver(job)) {
      await new Promise((resume) => setTimeout(resume, 2000));
      if (leaving.aborted) return;
      try {
        job = await get(address);
        const history = (await get(`${address}/metrics`)).items;
        measures.length = 0;
        history.forEach(remember);
        showHead();
        showChart();
        show(messages);
      } catch (error) { show(messages, problemNotice(error)); }
    }
    if (!leaving.aborted) await finish();
  }

  async function finish() {
    showHead();
    showChart();
    if (logBox.open) showLog();
    announce(`${jobTitle(job)}: ${job.state}`);
    if (job.state === "succeeded" || job.links?.report) {
      const found = await get(`${address}/report`).catch(() => undefined);
      if (found) show(report, reportSection(found, job));
    }
  }

  function remember(event) {
    if (event.metrics) measures.push({ epoch: event.epoch ?? measures.length + 1, phase: event.phase ?? "training", metrics: event.metrics });
  }

  function showChart() {
    const phases = [...new Set(measures.map((one) => one.phase))];
    if (job.type !== "train") { show(chart); return; }
    show(chart, el("div", { class: "columns" }, [["Loss (lower is better)", /loss$/, undefined], ["Macro-F1 on validation pictures (higher is better)", /macro_f1$/, 1]].map(([title, pattern, top]) => {
      const series = [];
      for (const phase of phases) {
        const own = measures.filter((one) => one.phase === phase);
        for (const name of [...new Set(own.flatMap((one) => Object.keys(one.metrics)))].filter((one) => pattern.test(one))) {
          series.push({ colour: phases.indexOf(phase), dashed: name.startsWith("validation"), name: phases.length > 1 ? `${words(phase)}: ${words(name)}` : words(name), points: own.filter((one) => Number.isFinite(one.metrics[name])).map((one) => [one.epoch, one.metrics[name]]) });
        }
      }
      return curves(title, series, { from: 0, to: top });
    })));
  }

  function showHead() {
    const progress = job.progress;
    const answer = el("div");
    const running = job.state === "running";
    show(head,
      el("p", null, stateBadge(job.state), job.attempt > 1 ? ` attempt ${job.attempt}` : "", job.queue_position ? ` number ${job.queue_position} in the queue` : ""),
      running && progress && el("div", null,
        el("progress", { max: 1, value: progress.fraction, "aria-label": "progress of the job" }),
        el("p", { class: "small" }, [percent(progress.fraction, 0), words(progress.phase ?? ""), progress.epoch && progress.epochs && `epoch ${progress.epoch} of ${progress.epochs}`,
          progress.images_per_s && `${Math.round(progress.images_per_s)} pictures/s`, Number.isFinite(progress.eta_s) && `about ${duration(progress.eta_s)} left`].filter(Boolean).join(" · "))),
      job.error && el("div", { class: "notice bad", role: "alert" }, el("strong", null, job.error.title ?? "It failed"), el("p", null, job.error.detail ?? "")),
      job.result?.model && el("p", null, "It made ", el("a", { href: `#/models/${encodeURIComponent(job.result.model)}` }, `${job.result.model}, version ${job.result.version}`), ". ",
        el("a", { href: `#/classify/${encodeURIComponent(job.result.model)}` }, "Classify pictures with it")),
      job.type === "import" && job.result?.counts && el("p", null, Object.entries(job.result.counts).map(([name, value]) => `${words(name)}: ${count(value)}`).join(", "), ". ",
        el("a", { href: `#/datasets/${encodeURIComponent(job.specification.dataset)}` }, "See the pictures")),
      el("p", { class: "small soft" }, `submitted ${moment(job.created_at)}`, job.started_at ? ` · started ${moment(job.started_at)}` : "", job.finished_at ? ` · ended ${moment(job.finished_at)}` : ""),
      el("div", { class: "row" },
        !isOver(job) && command("Cancel", "danger", answer, () => post(`${address}/cancel`)),
        ["failed", "cancelled"].includes(job.state) && command("Go on from the last checkpoint", "plain", answer, () => post(`${address}/resume`), true),
        isOver(job) && command("Delete this job", "danger", answer, async () => { await remove(address); location.hash = "#/jobs"; })),
      answer);
  }

  function command(text, kind, answer, action, followAgain = false) {
    const button = el("button", { class: kind, onclick: async () => {
      const result = await attempt(button, answer, async () => { await action(); return true; });
      if (!result || leaving.aborted || location.hash !== `#/jobs/${encodeURIComponent(id)}`) return;
      job = await get(address).catch(() => job);
      showHead();
      if (followAgain && !isOver(job)) follow();
    } }, text);
    return button;
  }

  async function showLog() {
    try { log.textContent = String(await get(`${address}/log`, {}, { headers: { Accept: "text/plain" } })) || "(empty)"; } catch (error) { log.textContent = error.message; }
    log.scrollTop = log.scrollHeight;
  }
}

function specification(job) {
  const fields = Object.entries(job.specification ?? {}).filter(([, value]) => value !== null);
  return el("dl", { class: "facts" }, fields.flatMap(([name, value]) => [el("dt", null, words(name)),
    el("dd", null, typeof value === "object" ? JSON.stringify(value) : typeof value === "number" && !Number.isInteger(value) ? decimal(value, 4) : String(value))]));
}

// Chooses the view for the address behind `#`, and tells a view when it is left so that it stops its timers and streams.
import { announce, el, show } from "./dom.js";
import { get } from "./api.js";
import { problemNotice } from "./problem.js";
import { guardPage } from "./parts/drop.js";
import { datasetsView } from "./views/datasets.js";
import { datasetView } from "./views/dataset.js";
import { trainView } from "./views/train.js";
import { jobsView } from "./views/jobs.js";
import { jobView } from "./views/job.js";
import { modelsView } from "./views/models.js";
import { modelView } from "./views/model.js";
import { classifyView } from "./views/classify.js";

// Each view: (place, parameters, leaving) where `leaving` is an AbortSignal.
const routes = [
  [/^\/datasets$/, datasetsView], [/^\/datasets\/([^/]+)$/, datasetView], [/^\/train(?:\/([^/]+))?$/, trainView],
  [/^\/jobs$/, jobsView], [/^\/jobs\/([^/]+)$/, jobView],
  [/^\/models$/, modelsView], [/^\/models\/([^/]+)$/, modelView], [/^\/classify(?:\/([^/]+))?$/, classifyView],
];

const main = document.getElementById("main");
let leaving = new AbortController();
let first = true;

async function render() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const address = location.hash.replace(/^#/, "") || "/datasets";
  for (const link of document.querySelectorAll("nav a")) {
    const part = link.getAttribute("href").slice(1);
    if (address === part || address.startsWith(`${part}/`)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const place = el("div");
  show(main, place);
  main.setAttribute("aria-busy", "true");
  const waiting = setTimeout(() => { if (place.childElementCount === 0) show(place, el("p", { class: "soft" }, "Loading …")); }, 400);
  try {
    const found = routes.map(([pattern, view]) => [pattern.exec(address), view]).find(([match]) => match);
    if (found) await found[1](place, found[0].slice(1).map((part) => part && decodeURIComponent(part)), signal);
    else show(place, el("h1", null, "No such page"), el("p", null, el("a", { href: "#/datasets" }, "Go to your pictures")));
  } catch (error) {
    if (signal.aborted) return;
    if (!place.querySelector("h1")) show(place, el("h1", null, error.status === 404 ? "Not here" : "That did not work"));
    place.append(problemNotice(error));
  } finally {
    clearTimeout(waiting);
  }
  if (signal.aborted) return;
  main.removeAttribute("aria-busy");
  const heading = place.querySelector("h1")?.textContent ?? "Aliquot";
  document.title = `${heading} · Aliquot`;
  if (!first) { main.focus({ preventScroll: true }); scrollTo(0, 0); announce(heading); }
  first = false;
}

addEventListener("hashchange", render);
document.querySelector("a.skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });  // `#main` is no view
guardPage();
render();

get("/v1/version").then((version) => {
  const parts = [`${version.name} ${version.version}`, version.kernels?.backend, version.cores && `${version.cores} cores`].filter(Boolean);
  show(document.getElementById("build"), parts.join(" · "), " · ", el("a", { href: "openapi.json" }, "HTTP API (OpenAPI)"));
}).catch(() => {});

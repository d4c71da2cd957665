import { el } from "../dom.js";
export function reportSection(report) { return el("pre", null, JSON.stringify(report, null, 1)); }

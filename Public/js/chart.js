// Two small drawings in SVG: curves over epochs, and bars of probabilities. Each comes with its numbers as text for screen readers.
import { el, svg } from "./dom.js";
import { decimal, percent } from "./format.js";

const width = 520, height = 210, left = 46, right = 12, top = 10, bottom = 28;

/// Curves over epochs. `series`: `[{ name, points: [[x, y], …], colour: 0 to 3, dashed }]`.
export function curves(title, series, { from, to, xName = "epoch" } = {}) {
  const drawn = series.filter((one) => one.points.length > 0);
  if (drawn.length === 0) return el("p", { class: "soft small" }, `${title}: no measure yet.`);
  const xs = drawn.flatMap((one) => one.points.map((point) => point[0]));
  const ys = drawn.flatMap((one) => one.points.map((point) => point[1]));
  const xLow = Math.min(...xs), xHigh = Math.max(...xs, xLow + 1);
  const yLow = from ?? Math.min(0, ...ys), yHigh = Math.max(to ?? Math.max(...ys) * 1.05, yLow + 1e-6);
  const x = (value) => left + ((value - xLow) / (xHigh - xLow)) * (width - left - right);
  const y = (value) => height - bottom - ((value - yLow) / (yHigh - yLow)) * (height - top - bottom);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => yLow + share * (yHigh - yLow));
  const summary = drawn.map((one) => `${one.name}: last value ${decimal(one.points.at(-1)[1])} at ${xName} ${one.points.at(-1)[0]}`).join("; ");
  const picture = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${summary}` },
    ticks.map((tick) => [
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      svg("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, tick.toFixed(2)),
    ]),
    svg("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
    svg("text", { x: left, y: height - 8 }, `${xName} ${xLow}`),
    svg("text", { x: width - right, y: height - 8, "text-anchor": "end" }, String(xHigh)),
    drawn.map((one) => one.points.length === 1
      ? svg("circle", { class: look(one), cx: x(one.points[0][0]), cy: y(one.points[0][1]), r: 3 })
      : svg("polyline", { class: look(one), points: one.points.map((point) => `${x(point[0]).toFixed(1)},${y(point[1]).toFixed(1)}`).join(" ") })));
  return el("figure", { class: "card" }, el("h3", null, title), picture,
    el("ul", { class: "legend" }, drawn.map((one) => el("li", null,
      svg("svg", { viewBox: "0 0 26 8", "aria-hidden": "true" }, svg("line", { class: look(one), x1: 0, x2: 26, y1: 4, y2: 4 })),
      `${one.name}: ${decimal(one.points.at(-1)[1])}`))));
}

function look(series) { return `line colour${(series.colour ?? 0) % 4}${series.dashed ? " dashed" : ""}`; }

/// One bar a class, the likeliest first. `predictions`: `[{ label, probability }]`.
export function bars(predictions) {
  const rowHeight = 30, full = 420, labelWidth = 150, valueWidth = 66;
  const barWidth = full - labelWidth - valueWidth;
  return svg("svg", { class: "bars", viewBox: `0 0 ${full} ${predictions.length * rowHeight}`, role: "img",
    "aria-label": predictions.map((one) => `${one.label} ${percent(one.probability)}`).join(", ") },
    predictions.map((one, index) => {
      const y = index * rowHeight;
      return [
        svg("text", { class: "label", x: 0, y: y + 19 }, shortened(one.label, 20)),
        svg("rect", { class: "track", x: labelWidth, y: y + 7, width: barWidth, height: 16, rx: 3 }),
        svg("rect", { class: index === 0 ? "bar" : "bar rest", x: labelWidth, y: y + 7, width: Math.max(1, barWidth * one.probability).toFixed(1), height: 16, rx: 3 }),
        svg("text", { class: "value", x: full, y: y + 19 }, percent(one.probability)),
      ];
    }));
}

function shortened(text, limit) { return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`; }

// Curves over epochs, drawn in SVG at the size of their place, and bars of probabilities. Each comes with its numbers as text.
import { el, show, svg, table } from "./dom.js";
import { decimal, percent } from "./format.js";

const left = 54, right = 14, top = 12, bottom = 42, height = 250;

/// Steps of 1, 2 or 5 times a power of ten that cover a range. Source: P. Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990.
export function niceTicks(low, high, wanted = 5) {
  const span = Math.max(high - low, 1e-9);
  const raw = span / wanted, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw * 0.999);
  const ticks = [];
  for (let index = Math.floor(low / step + 1e-9); index * step < high + step * 0.999; index += 1) ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

/// A figure that is redrawn when its place changes its width.
///
/// `series`: `[{ name, points: [[x, y], …], colour: 0 to 3, dashed }]`; `to` fixes the upper end of the y axis.
export function curves(title, series, { to, xName = "epoch", yName, xEnd } = {}) {
  const drawn = series.filter((one) => one.points.length > 0);
  const box = el("div", { class: "plot" });
  if (drawn.length === 0) return el("figure", { class: "card" }, el("h3", null, title), el("p", { class: "soft small" }, "No measure yet."));
  const draw = (width) => show(box, picture(title, drawn, Math.max(260, width), { to, xName, yName, xEnd }));
  draw(520);
  let last = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width > 0 && width !== last) { last = width; draw(width); }
  }).observe(box);
  return el("figure", { class: "card" }, el("h3", null, title), box,
    el("ul", { class: "legend" }, drawn.map((one) => el("li", null,
      svg("svg", { viewBox: "0 0 26 8", "aria-hidden": "true" }, svg("line", { class: look(one), x1: 0, x2: 26, y1: 4, y2: 4 })),
      `${one.name}: ${decimal(one.points.at(-1)[1])}`))),
    el("details", { class: "small" }, el("summary", null, "The numbers"), numbers(title, drawn, xName)));
}

function picture(title, drawn, width, { to, xName, yName, xEnd }) {
  const xs = drawn.flatMap((one) => one.points.map((point) => point[0]));
  const ys = drawn.flatMap((one) => one.points.map((point) => point[1]));
  const xLow = Math.min(...xs), xHigh = Math.max(...xs, xEnd ?? 0, xLow + 1);
  const yTicks = niceTicks(0, to ?? Math.max(...ys, 1e-3), 5);
  const yHigh = yTicks.at(-1);
  const x = (value) => left + ((value - xLow) / (xHigh - xLow)) * (width - left - right);
  const y = (value) => height - bottom - (value / yHigh) * (height - top - bottom);
  const xTicks = niceTicks(xLow, xHigh, Math.max(2, Math.min(10, Math.floor(width / 70)))).filter((one) => Number.isInteger(one) && one >= xLow && one <= xHigh);
  const digits = Math.max(0, Math.min(4, Math.ceil(-Math.log10(yTicks[1] - yTicks[0]) - 1e-9)));
  const summary = drawn.map((one) => `${one.name}: ${decimal(one.points.at(-1)[1])} at ${xName} ${one.points.at(-1)[0]}`).join("; ");
  return svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `${title}. ${summary}` },
    yTicks.map((tick) => [
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      svg("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, tick.toFixed(digits)),
    ]),
    xTicks.map((tick) => [
      svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: height - bottom, y2: height - bottom + 5 }),
      svg("text", { x: x(tick), y: height - bottom + 18, "text-anchor": "middle" }, String(tick)),
    ]),
    svg("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
    svg("line", { class: "axis", x1: left, x2: left, y1: top, y2: height - bottom }),
    svg("text", { class: "axis-name", x: (left + width - right) / 2, y: height - 5, "text-anchor": "middle" }, xName),
    yName && svg("text", { class: "axis-name", transform: `translate(12 ${(top + height - bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, yName),
    drawn.map((one) => [
      svg("polyline", { class: look(one), points: one.points.map((point) => `${x(point[0]).toFixed(1)},${y(point[1]).toFixed(1)}`).join(" ") }),
      one.points.length <= 60 && one.points.map((point) => svg("circle", { class: `dot ${look(one)}`, cx: x(point[0]).toFixed(1), cy: y(point[1]).toFixed(1), r: 2.5 },
        svg("title", null, `${one.name}, ${xName} ${point[0]}: ${decimal(point[1], 4)}`))),
    ]));
}

function numbers(title, drawn, xName) {
  const xs = [...new Set(drawn.flatMap((one) => one.points.map((point) => point[0])))].sort((a, b) => a - b);
  return table(title, [xName, ...drawn.map((one) => one.name)],
    xs.map((x) => [String(x), ...drawn.map((one) => decimal(one.points.find((point) => point[0] === x)?.[1], 4))]));
}

function look(series) { return `line colour${(series.colour ?? 0) % 4}${series.dashed ? " dashed" : ""}`; }

/// One bar a class, the likeliest first. `predictions`: `[{ label, probability }]`.
export function bars(predictions) {
  return el("ul", { class: "bars" }, predictions.map((one, index) => {
    const bar = el("span", { class: index === 0 ? "bar" : "bar rest" });
    bar.style.inlineSize = `${Math.max(0.5, one.probability * 100).toFixed(2)}%`;
    return el("li", null, el("span", { class: "name", title: one.label }, one.label), el("span", { class: "track", "aria-hidden": "true" }, bar),
      el("span", { class: "number" }, percent(one.probability)));
  }));
}

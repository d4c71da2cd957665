// Builds page elements. Text always goes in as text, never as HTML, so nothing a user typed or uploaded can become code.

const svgSpace = "http://www.w3.org/2000/svg";
const asProperty = new Set(["value", "checked", "disabled", "selected", "open"]);

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = String(value);
    else if (asProperty.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...present(children));
  return node;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

/// An HTML element: `el("p", { class: "soft" }, "words", otherElement)`.
export function el(tag, properties, ...children) { return fill(document.createElement(tag), properties, children); }

/// An SVG element.
export function svg(tag, properties, ...children) { return fill(document.createElementNS(svgSpace, tag), properties, children); }

/// Replaces all that a node holds.
export function show(node, ...children) { node.replaceChildren(...present(children)); }

/// Says something to screen readers without moving the focus.
export function announce(text) { document.getElementById("announcer").textContent = text; }

let counter = 0;
/// A fresh identifier for a label and its field.
export function freshId(prefix = "f") { counter += 1; return `${prefix}${counter}`; }

/// A field under its label, with a hint below. `field` is an input or select; `fault(field, words)` puts a message there.
export function labelled(title, field, hint, kind = "") {
  field.id ||= freshId();
  const under = el("span", { class: "hint", id: `${field.id}-hint` }, hint);
  if (hint) field.setAttribute("aria-describedby", under.id);
  return el("div", { class: `field ${kind}`.trim() }, el("label", { for: field.id }, title), field, under);
}

/// Marks a field as wrong and says why below it; without words it is right again.
export function fault(field, words) {
  const place = field.closest(".field");
  place?.querySelector(".fault")?.remove();
  if (!words) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-errormessage");
    return;
  }
  const message = el("span", { class: "fault", id: `${field.id}-fault` }, words);
  place?.append(message);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-errormessage", message.id);
}

/// A table with a caption. The first cell of each row heads it; the others are figures unless `text` is set.
export function table(caption, heads, rows, { text = false } = {}) {
  const kind = text ? undefined : "number";
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el("table", null, el("caption", null, caption),
      el("thead", null, el("tr", null, heads.map((head, index) => el("th", { scope: "col", class: index > 0 && kind }, head)))),
      el("tbody", null, rows.map(([head, ...cells]) =>
        el("tr", null, el("th", { scope: "row" }, head), cells.map((cell) => el("td", { class: kind }, cell)))))));
}

/// Pairs of a word and its value.
export function facts(pairs) {
  return el("dl", { class: "facts" }, pairs.filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))));
}

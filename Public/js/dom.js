// Builds page elements. Text always goes in as text, never as HTML, so nothing a user typed or uploaded can become code.

const svgSpace = "http://www.w3.org/2000/svg";

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = String(value);
    else if (name === "value" || name === "checked" || name === "disabled" || name === "selected") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/// An HTML element: `el("p", { class: "soft" }, "words", otherElement)`.
export function el(tag, properties, ...children) { return fill(document.createElement(tag), properties, children); }

/// An SVG element.
export function svg(tag, properties, ...children) { return fill(document.createElementNS(svgSpace, tag), properties, children); }

/// Replaces all that a node holds.
export function show(node, ...children) { node.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false)); }

/// Says something to screen readers without moving the focus.
export function announce(text) { document.getElementById("announcer").textContent = text; }

let counter = 0;
/// A fresh identifier for a label and its field.
export function freshId(prefix = "f") { counter += 1; return `${prefix}${counter}`; }

/// A labelled form field. `field` is an input or select.
export function labelled(title, field, hint) {
  field.id ||= freshId();
  return el("label", { for: field.id }, title, field, hint && el("span", { class: "hint" }, hint));
}

/// The message for a failed call, in the service's own words, with each fault it named.
export function problemNotice(error) {
  const faults = error?.problem?.errors ?? [];
  return el("div", { class: "notice bad", role: "alert" },
    el("strong", null, error?.problem?.title ?? "That did not work"),
    el("p", null, error?.problem?.detail ?? error?.message ?? String(error)),
    faults.length > 0 && el("ul", null, faults.map((fault) => el("li", null, fault.pointer ? `${fault.pointer}: ` : "", fault.detail ?? fault.code))));
}

/// Runs an action from a button: the button waits, a failure is shown in `place`.
export async function attempt(button, place, action) {
  button.disabled = true;
  try {
    show(place);
    return await action();
  } catch (error) {
    show(place, problemNotice(error));
    return undefined;
  } finally {
    button.disabled = false;
  }
}

// Failures in the service's own words.
import { el, show } from "./dom.js";
import { fieldTitle } from "./format.js";

/// The message for a failed call. Where the service named single faults, they are told one by one instead of in one long sentence.
export function problemNotice(error) {
  const problem = error?.problem;
  const faults = problem?.errors ?? [];
  return el("div", { class: "notice bad", role: "alert" },
    el("strong", null, problem?.title ?? "That did not work"),
    faults.length > 0
      ? el("ul", null, faults.map((one) => el("li", null, placeOf(one.pointer), one.detail ?? one.code)))
      : el("p", null, capital(problem?.detail ?? error?.message ?? String(error))),
    problem?.request_id && error.status >= 500 && el("p", { class: "small soft" }, `The service's log tells more under ${problem.request_id}.`));
}

/// One sentence for lists of many failures.
export function problemSentence(error) { return capital(error?.problem?.detail ?? error?.message ?? String(error)); }

/// `/quantisation/max_drop` or `?label` -> the field as the pages call it.
export function faultName(pointer) { return (pointer ?? "").replace(/^[/?]/, "").replaceAll("/", "."); }

/// Runs an action from a button: the button waits, a failure is shown in `place`.
export async function attempt(button, place, action) {
  button.disabled = true;
  try {
    show(place);
    return await action();
  } catch (error) {
    show(place, problemNotice(error));
    place.firstElementChild?.scrollIntoView({ block: "nearest" });
    return undefined;
  } finally {
    button.disabled = false;
  }
}

function placeOf(pointer) {
  const name = faultName(pointer);
  return name === "" ? "" : `${fieldTitle(name)}: `;
}

function capital(text) { return text.charAt(0).toUpperCase() + text.slice(1); }

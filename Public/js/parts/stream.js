// The events of a job, from the first to the last, over whatever happens to the connection.

/// Follows `address` until `end` or until `leaving` aborts.
///
/// - `take`: called with the kind and the data of each event, once for each.
/// - `lost`: called with true when the connection is gone and is tried again, with false when it is back.
///
/// A hidden tab gives its connection back: a browser opens six to one server at most, over all its tabs, and a seventh would hang.
export function followEvents(address, leaving, take, lost) {
  const kinds = ["state", "progress", "metric", "alarm", "log", "end"];
  let position = 0, ended = false, source, retry;

  function open() {
    if (ended || leaving.aborted || document.hidden || source) return;
    source = new EventSource(`${address}?after=${position}`);
    for (const kind of kinds) {
      source.addEventListener(kind, (event) => {
        position = Number(event.lastEventId) || position;
        let data;
        try { data = JSON.parse(event.data); } catch { return; }
        if (kind === "end") { ended = true; close(); }
        take(kind, data);
      });
    }
    source.onopen = () => lost(false);
    source.onerror = () => {
      if (ended || leaving.aborted) return;
      lost(true);
      // While CONNECTING the browser tries again by itself, with the last position; an answer such as 503 makes it give up.
      if (source?.readyState === EventSource.CLOSED) { close(); retry = setTimeout(open, 3000); }
    };
  }

  function close() { source?.close(); source = undefined; clearTimeout(retry); }

  const visibility = () => { if (document.hidden) close(); else open(); };
  document.addEventListener("visibilitychange", visibility);
  leaving.addEventListener("abort", () => { close(); document.removeEventListener("visibilitychange", visibility); }, { once: true });
  open();
  return { position: () => position };
}

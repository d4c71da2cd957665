// Every call to the service. A failed one throws an `ApiError` that holds the problem document (RFC 9457).

export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `The service answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

/// A path with each part encoded: `path("v1", "datasets", name)`.
export function path(...parts) { return "/" + parts.map(encodeURIComponent).join("/"); }

function withQuery(address, query) {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return pairs.length === 0 ? address : `${address}?${new URLSearchParams(pairs)}`;
}

async function send(method, address, { query, json, body, headers, signal } = {}) {
  let response;
  try {
    response = await fetch(withQuery(address, query), {
      method, signal,
      headers: { Accept: "application/json", ...(json === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: json === undefined ? body : JSON.stringify(json),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { title: "The service cannot be reached", detail: "Is it running? The page tries again when you do." });
  }
  if (response.ok && response.headers.get("Content-Type")?.startsWith("image/")) return response.blob();
  const text = await response.text();
  let value;
  try { value = text === "" ? undefined : JSON.parse(text); } catch { value = undefined; }
  if (!response.ok) throw new ApiError(response.status, value ?? { title: response.statusText, detail: text.slice(0, 500) });
  return value ?? text;
}

export const get = (address, query, options) => send("GET", address, { query, ...options });
export const post = (address, json, options) => send("POST", address, { json, ...options });
export const patch = (address, json) => send("PATCH", address, { json });
export const put = (address, json) => send("PUT", address, { json });
export const remove = (address) => send("DELETE", address);
export const upload = (method, address, body, query, headers) => send(method, address, { body, query, headers });

/// All items of a list, page after page, up to `limit`.
export async function list(address, query = {}, limit = 1000) {
  const items = [];
  let token;
  do {
    const page = await get(address, { page_size: Math.min(200, limit), ...query, page_token: token });
    items.push(...page.items);
    token = page.next_page_token;
  } while (token && items.length < limit);
  return items;
}

// Sends many files to a dataset, a few at a time.
import { path, upload } from "../api.js";

const atOnce = 4;
const archive = /\.(zip|tar|tgz|tar\.gz)$/i;

/// Sends each file: archives become import jobs, all else pictures.
///
/// - `told`: called with the number of files that are done and the file that was last.
/// - Returns `{ stored, renamed, failures: [[name, error]], jobs }`.
export async function sendFiles(dataset, files, { label, role }, leaving, told) {
  const address = path("v1", "datasets", dataset);
  const result = { stored: 0, renamed: 0, failures: [], jobs: [] };
  const queue = [...files];
  let done = 0;
  async function lane() {
    while (queue.length > 0 && !leaving.aborted) {
      const file = queue.shift();
      try {
        await readable(file);
        if (archive.test(file.name)) result.jobs.push(await upload("POST", `${address}/archives`, file, {}, { "Content-Type": "application/octet-stream" }));
        else await sendPicture(address, file, { label, role }, result);
      } catch (error) {
        result.failures.push([file.name, error]);
      }
      done += 1;
      told(done, file.name);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane));
  return result;
}

/// Another picture may bear the name already, as where each class has its own `0001.jpg`: then the label or a number goes with it.
async function sendPicture(address, file, query, result) {
  const name = imageName(file.name);
  const dot = name.lastIndexOf(".") > 0 ? name.lastIndexOf(".") : name.length;
  const [stem, ending] = [name.slice(0, dot), name.slice(dot)];
  const prefix = query.label ? `${imageName(query.label)}-` : "";
  const names = [name, ...(prefix ? [prefix + stem + ending] : []), ...Array.from({ length: 20 }, (_, index) => `${prefix}${stem}-${index + 2}${ending}`)];
  for (const [index, one] of names.entries()) {
    try {
      await upload("PUT", `${address}/images/${encodeURIComponent(one.slice(-128))}`, file, query, { "Content-Type": file.type || "application/octet-stream" });
      result.stored += 1;
      if (index > 0) result.renamed += 1;
      return;
    } catch (error) {
      if (error.status !== 409 || index === names.length - 1) throw error;
    }
  }
}

/// A file that was changed or removed since it was chosen cannot be sent; the browser would only say that the network failed.
async function readable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Error("the file cannot be read; it was changed, moved, or is a folder");
  }
}

/// A file's name as the service allows it: other characters become underscores.
export function imageName(fileName) {
  const clean = fileName.normalize("NFC").replace(/[^A-Za-z0-9._-]/g, "_").replace(/\.{2,}/g, ".").slice(-110);
  return clean.replace(/^[^A-Za-z0-9]+/, "") || "picture";
}

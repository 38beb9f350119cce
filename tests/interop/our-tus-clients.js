// What a page of ours, or the service worker, speaks of tus, to the server at the second argument. It writes a line for
// each answer, how far the upload is, and null where the link broke: then it waits for a line and asks where to go on.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

import { add, ask, begin } from "../../pwa/images/tus.js";
import { TransportError } from "../../pwa/transport.js";

const CHUNK = 16_384; // bytes, as on a slow link
const BROKEN = ["fetch failed", "not now"]; // as the worker is told by the browser, and says itself
const [who, origin, path, version, digest] = process.argv.slice(2);
const bytes = new Uint8Array(await readFile(path));
const size = bytes.length;
const later = await readFile(new URL("../../pwa/worker/upload-later.js", import.meta.url), "utf8");
const { where, send } = who === "page" ? page() : worker(later);
const told = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

let isBegun = false;
for (let offset = null; offset !== size; ) {
  try {
    offset = offset === null ? await where() : await send(offset, bytes.subarray(offset, offset + CHUNK));
    if (!Number.isInteger(offset)) throw new Error("not taken");
    isBegun = true;
  } catch (error) {
    if (!(error instanceof TransportError) && !BROKEN.includes(error.message)) throw error;
    offset = null;
  }
  console.log(JSON.stringify(offset));
  if (offset === null) await told.next();
}
process.exit();

/** As pwa/images/uploader.js asks. */
function page() {
  const upload = { origin, version, digest, size };
  return {
    where: async () => (await (isBegun ? ask(upload) : begin(upload))).offset,
    send: async (offset, chunk) => (await add(upload, offset, chunk)).offset,
  };
}

/** As the end of the service worker asks, whose own address is that of the server. @param {string} source */
function worker(source) {
  const fetchThere = (address, options) => fetch(origin + address, options);
  const make = new Function("self", "worker", "fetch", `${source}; return { begin, tus };`);
  const { begin, tus } = make({}, new EventTarget(), fetchThere);
  const address = `/blobs/${version}/${digest}`;
  return {
    where: () => begin(address, { id: version }, { id: digest, size, at: isBegun }),
    send: (offset, chunk) =>
      tus(address, "PATCH", { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset) }, chunk),
  };
}

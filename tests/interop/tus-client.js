// tus-js-client, unmodified, against the office at the first argument; what it saw goes out as one line of JSON.
import { readFile } from "node:fs/promises";
import { Upload } from "tus-js-client";

const [endpoint, path, version, digest, uploadUrl, stopAfter] = process.argv.slice(2);
const receipts = [];
const sent = [];
const upload = new Upload(await readFile(path), {
  endpoint,
  uploadUrl: uploadUrl || null,
  metadata: { version, digest },
  chunkSize: 32 * 1024,
  retryDelays: [0, 50, 50],
  onAfterResponse: (request, response) => {
    const receipt = response.getHeader("Rantau-Receipt");
    if (receipt) receipts.push(JSON.parse(receipt));
    sent.push([request.getMethod(), response.getStatus()]);
  },
  onChunkComplete: async (_size, accepted) => {
    if (!stopAfter || accepted < Number(stopAfter)) return;
    await upload.abort();
    told(accepted);
  },
  onSuccess: () => told(upload.options.uploadSize ?? null),
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
});
upload.start();

/** @param {number | null} accepted */
function told(accepted) {
  console.log(JSON.stringify({ url: upload.url, accepted, sent, receipts }));
  process.exit(0);
}

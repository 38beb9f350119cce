// tus-js-client as it comes, but for more patience: endpoint, file, version and digest are the arguments.
import { readFile } from 'node:fs/promises';
import { Upload } from 'tus-js-client';

const [endpoint, path, version, digest] = process.argv.slice(2);
const upload = new Upload(await readFile(path), {
  endpoint,
  metadata: { version, digest },
  retryDelays: Array.from({ length: 50 }, () => 100),
  onSuccess: () => process.exit(0),
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
});
upload.start();

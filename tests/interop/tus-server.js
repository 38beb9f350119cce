// The reference server of tus, unmodified but for the addresses of docs/formats.md §10; says so once it listens.
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [port, directory] = process.argv.slice(2);
const server = new Server({
  path: "/blobs",
  datastore: new FileStore({ directory }),
  namingFunction: (_request, { version, digest }) => `${version}/${digest}`,
  generateUrl: (_request, { path, id }) => `${path}/${id}`,
  getFileIdFromRequest: ({ url }) => new URL(url).pathname.replace(/^\/blobs\//, ""),
});
server.listen(Number(port), "127.0.0.1", () => console.log("listens"));

// PouchDB 9, unmodified, replicating with the database at the first argument; what it saw goes out as one line of JSON.
// Usage: node pouchdb-client.js URL FOLDER TASK
import PouchDB from "pouchdb";

const [url, folder, task] = process.argv.slice(2);
const local = new PouchDB(`${folder}/local`);
const remote = new PouchDB(url, { skip_setup: true });
const text = (base64) => Buffer.from(base64, "base64").toString();
const image = Buffer.alloc(300_000, 7);

const tasks = {
  /** Push documents, attachments and a conflict, and read them back into an empty database. */
  async "push-and-pull"() {
    await local.bulkDocs([{ _id: "a/b", n: 1 }, { _id: "plain", n: 2 }, { _id: "gone", n: 3 }]);
    const { rev } = await local.put({ _id: "image" });
    await local.putAttachment("image", "photo.bin", rev, image, "application/octet-stream");
    await local.remove(await local.get("gone"));
    await local.bulkDocs([{ _id: "twice", _rev: "1-a", n: 1 }, { _id: "twice", _rev: "1-b", n: 2 }], { new_edits: false });
    const pushed = await local.replicate.to(remote);
    const again = await local.replicate.to(remote);
    const other = new PouchDB(`${folder}/other`);
    const pulled = await other.replicate.from(remote);
    const twice = await other.get("twice", { conflicts: true });
    const found = await other.getAttachment("image", "photo.bin");
    const { rows } = await other.allDocs();
    return {
      pushed: [pushed.ok, pushed.docs_written, pushed.doc_write_failures],
      again: again.docs_written,
      pulled: [pulled.ok, pulled.docs_written],
      twice: [twice._rev, twice._conflicts],
      isImageSame: Buffer.compare(found, image) === 0,
      ids: rows.map((row) => row.id),
    };
  },

  /** Sync live in both directions: what is written on one side arrives on the other, and stays in step. */
  async live() {
    const other = new PouchDB(`${folder}/other`);
    const syncs = [local, other].map((db) => db.sync(remote, { live: true, retry: true }));
    const arrives = (db, id) =>
      new Promise((resolve, reject) => {
        const feed = db.changes({ live: true, include_docs: true, since: 0 });
        feed.on("change", (change) => change.id === id && (feed.cancel(), resolve(change.doc)));
        feed.on("error", reject);
      });
    await local.put({ _id: "from-here", n: 1 });
    const there = await arrives(other, "from-here");
    await other.put({ ...there, n: 2 });
    await other.put({ _id: "from-there", _attachments: { t: { content_type: "text/plain", data: btoa("halo") } } });
    await arrives(local, "from-there");
    const doc = await local.get("from-there", { attachments: true });
    syncs.forEach((sync) => sync.cancel());
    return { here: (await local.get("from-here")).n >= 1, text: text(doc._attachments.t.data) };
  },

  /** Write into the remote directly, through every call that a page uses. */
  async direct() {
    const { rev } = await remote.put({ _id: "doc", n: 1 });
    const conflict = await remote.put({ _id: "doc", n: 2 }).catch((error) => error.name);
    await remote.putAttachment("doc", "note.txt", rev, Buffer.from("halo"), "text/plain");
    const note = await remote.getAttachment("doc", "note.txt");
    const doc = await remote.get("doc", { revs: true, revs_info: true });
    const removed = await remote.remove(doc);
    const missing = await remote.get("doc").catch((error) => [error.status, error.reason]);
    const bulk = await remote.bulkGet({ docs: [{ id: "doc", rev }, { id: "nothing" }] });
    const { results } = await remote.changes({ style: "all_docs", include_docs: true });
    return {
      conflict,
      note: note.toString(),
      generations: doc._revisions.ids.length,
      removed: removed.ok,
      missing,
      bulk: bulk.results.map(({ docs }) => Object.keys(docs[0])),
      changes: results.map((change) => [change.id, Boolean(change.deleted)]),
      count: (await remote.info()).doc_count,
    };
  },

  /** Copy everything that an account may read. */
  async pull() {
    const pulled = await local.replicate.from(remote);
    const { rows } = await local.allDocs({ include_docs: true, attachments: true });
    return { pulled: [pulled.ok, pulled.docs_written], docs: rows.map((row) => row.doc) };
  },

  /** Push what stands in standard input and say which documents were turned away. */
  async push() {
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    await local.bulkDocs(JSON.parse(Buffer.concat(chunks).toString()), { new_edits: false });
    const denied = [];
    const pushing = local.replicate.to(remote, { batch_size: 10 });
    pushing.on("denied", (error) => denied.push(error.doc));
    const pushed = await pushing;
    return { pushed: [pushed.docs_written, pushed.doc_write_failures], denied };
  },
};

process.stdout.write(JSON.stringify(await tasks[task]()), () => process.exit(0)); // only when all of it is out

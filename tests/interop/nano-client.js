// nano, unmodified, against the server at the first argument; what it saw goes out as one line of JSON.
import nano from "nano";

const [url, name] = process.argv.slice(2);
const db = nano({ url, parseUrl: false }).db.use(name); // a server under a path is not a database
const inserted = await db.insert({ n: 1 }, "first");
await db.insert({ n: 2, _rev: inserted.rev }, "first");
const conflict = await db.insert({ n: 3 }, "first").catch((error) => [error.statusCode, error.error]);
const bulk = await db.bulk({ docs: [{ _id: "second" }, { _id: "third" }] });
await db.attachment.insert("fourth", "note.txt", Buffer.from("halo"), "text/plain");
const note = await db.attachment.get("fourth", "note.txt");
const second = await db.get("second");
await db.destroy("second", second._rev);
const list = await db.list({ include_docs: true });
const some = await db.fetch({ keys: ["first", "nothing"] });
const changes = await db.changes({ since: 0 });
const missing = await db.get("nothing").catch((error) => [error.statusCode, error.error]);
console.log(
  JSON.stringify({
    conflict,
    bulk: bulk.map((row) => row.ok),
    note: note.toString(),
    ids: list.rows.map((row) => row.id),
    first: list.rows[0].doc.n,
    some: some.rows.map((row) => row.error ?? row.doc.n),
    changed: changes.results.map((row) => row.id),
    missing,
    info: (await db.info()).doc_count,
  }),
);

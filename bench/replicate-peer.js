// The peer: PouchDB 9, unmodified, replicating once from the first URL to the second; what it cost goes out as JSON.
import PouchDB from "pouchdb";

const [source, target] = process.argv.slice(2).map((url) => new PouchDB(url, { skip_setup: true }));
const started = performance.now();
const { docs_written: written } = await PouchDB.replicate(source, target);
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ written, seconds, rss_mb: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);

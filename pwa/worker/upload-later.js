/**
 * The end of the service worker: where the browser has Background Sync it goes on sending photos, at the byte, once the
 * signal is back and no page is open. It obeys the same lock, pause and Save-Data as pwa/images/uploader.js, and leaves
 * to a page what has to be counted, explained or tried otherwise: everything under a month's limit, what came out wrong,
 * what a hub has, what nothing may link with anything else. It believes nothing: the next page asks for the receipt.
 */

const [PART, REQUEST, RECORD] = [65_536, 600, 16_384]; // bytes of a chunk, of a request itself, and of a record of TLS
const LONGEST = 90_000; // milliseconds for a chunk

const pages = 'BroadcastChannel' in self ? new BroadcastChannel('rantau') : undefined; // that of pwa/tabs.js

/** @typedef {{item: any, file: any}} Photo */

worker.addEventListener('sync', (/** @type {any} */ event) => {
  if (event.tag === 'photos') event.waitUntil(sendLater());
});

/** Resolves once nothing is left that may go; where it fails the browser tries again by itself. */
const sendLater = () => navigator.locks.request('rantau-upload', { ifAvailable: true }, async (lock) => {
  if (!lock) throw new TypeError('a page sends them'); // and may be closed before the next try
  const db = await openDevice();
  const reached = /** @type {Map<string, number>} */ (new Map());
  try {
    for (let photo; (photo = await nextPhoto(db, reached)); ) reached.set(photo.file.id, await sendPart(db, photo, reached));
  } finally {
    db.close();
  }
});

/** @returns {Promise<IDBDatabase>} */
const openDevice = () => new Promise((resolve, reject) => {
  const request = indexedDB.open('rantau');
  request.onupgradeneeded = () => request.transaction?.abort(); // only a page makes one
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const db = request.result;
    db.onversionchange = () => db.close(); // or no page could renew it; what is not sent then is sent later
    resolve(db);
  };
});

/** Asked before each chunk, as a person may say otherwise meanwhile. @param {IDBDatabase} db @param {Map<string, number>} reached @returns {Promise<Photo | undefined>} */
async function nextPhoto(db, reached) {
  const { isPaused, budget } = (await ask(db, 'meta', (store) => store.get('sending'))) ?? {};
  if (isPaused || budget) return undefined;
  const isSaving = Boolean(/** @type {any} */ (navigator).connection?.saveData);
  const items = /** @type {any[]} */ (await ask(db, 'outbox', (store) => store.getAll()));
  return items.sort((one, other) => one.at - other.at)
    .filter(({ state, alone, photos }) => state === 'done' && !alone && (photos === 'go' || (!photos && !isSaving)))
    .flatMap((item) => (item.files ?? []).map((/** @type {any} */ file) => ({ item, file })))
    .find(({ file: { id, done, reason, isChecked, way, sent, size } }) =>
      !(done || reason || isChecked || way) && sent < size && !Number.isNaN(reached.get(id)));
}

/** Send the next chunk; gives how far it is then, NaN for what is to wait for a page. @param {IDBDatabase} db @param {Photo} photo @param {Map<string, number>} reached */
async function sendPart(db, { item, file }, reached) {
  const path = `/blobs/${item.id}/${file.id}`;
  const row = await ask(db, 'files', (store) => store.get(file.id));
  const offset = reached.get(file.id) ?? (await begin(path, item, file));
  if (!row || Number.isNaN(offset)) return NaN;
  const chunk = row.bytes.subarray(offset, offset + PART);
  // Of a chunk that was cut, what did not go; and what goes now, noted before it does.
  const kept = offset < file.sent ? 0 : Math.max(0, file.sent + (file.going ?? 0) - offset - RECORD);
  const spent = (chunk.length && chunk.length + REQUEST) - kept;
  await change(db, item, file, { sent: offset, going: chunk.length, wire: file.wire + spent, at: Date.now() }, spent);
  if (!chunk.length) return NaN; // it is there
  const sent = await tus(path, 'PATCH', { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) }, chunk);
  if (sent) await change(db, item, file, { sent, going: 0 });
  return sent;
}

/** @param {string} path @param {any} item @param {any} file */
async function begin(path, item, file) {
  const known = file.at ? await tus(path, 'HEAD') : NaN;
  return Number.isNaN(known) ? tus('/blobs/', 'POST', {
    'Upload-Length': String(file.size), 'Upload-Metadata': `version ${btoa(item.id)},digest ${btoa(file.id)}`,
  }) : known;
}

/** How far it is, NaN where it is not taken; throws where nobody answers who speaks tus. @param {string} path @param {string} method @param {object} [headers] @param {BodyInit} [body] */
async function tus(path, method, headers, body) {
  const cutter = new AbortController();
  setTimeout(() => cutter.abort(), LONGEST); // not every browser has `AbortSignal.timeout`
  const answer = await fetch(path, {
    method, body, headers: { 'Tus-Resumable': '1.0.0', ...headers }, cache: 'no-store', credentials: 'omit', redirect: 'error',
    signal: cutter.signal,
  });
  if (!answer.headers.has('Tus-Resumable') || answer.status === 429 || answer.status > 499) throw new TypeError('not now');
  return answer.ok ? Number(answer.headers.get('Upload-Offset') ?? (answer.status === 201 ? 0 : NaN)) : NaN; // 201: just begun
}

/**
 * Note it, count what it takes of the month as `spend` of pwa/images/data-use.js does, and tell the pages.
 * @param {IDBDatabase} db @param {any} item @param {any} file @param {{sent: number, [name: string]: number}} changed @param {number} [spent] bytes
 */
const change = (db, { id }, file, changed, spent = 0) => new Promise((resolve, reject) => {
  const transaction = db.transaction(['outbox', 'meta'], 'readwrite', { durability: 'strict' });
  [transaction.oncomplete, transaction.onabort] = [resolve, () => reject(transaction.error)];
  const detail = { item: id, file: file.id, sent: changed.sent };
  transaction.addEventListener('complete', () => pages?.postMessage({ event: 'progress', detail }));
  const meta = transaction.objectStore('meta');
  const used = meta.get('used');
  used.onsuccess = () => {
    if (!spent || !used.result) return; // a page that finds no sum begins with what is noted of each photo
    const now = new Date().getFullYear() * 12 + new Date().getMonth();
    const { month, bytes, other } = used.result;
    const before = [used.result, other].find((each) => each?.month === now)?.bytes ?? 0;
    meta.put({ name: 'used', month: now, bytes: Math.max(0, before + spent), other: month === now ? other : { month, bytes } });
  };
  const store = transaction.objectStore('outbox');
  const found = store.get(id);
  found.onsuccess = () => found.result && store.put({
    ...found.result, files: found.result.files.map((/** @type {any} */ each) => (each.id === file.id ? { ...each, ...changed } : each)),
  });
});

/** @param {IDBDatabase} db @param {string} name @param {(store: IDBObjectStore) => IDBRequest<any>} question @returns {Promise<any>} */
const ask = (db, name, question) => new Promise((resolve, reject) => {
  const request = question(db.transaction(name).objectStore(name));
  [request.onsuccess, request.onerror] = [() => resolve(request.result), () => reject(request.error)];
});

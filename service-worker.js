/**
 * The app without a signal: pages, scripts and forms of a language come in packs, which are unpacked into a cache named
 * by their revision. A pack that is there is never fetched again, neither after a cut nor by an update; an update is
 * switched to only when it is whole and a page asks. Only GETs of this origin are answered, from the cache first.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const PREFIX = 'rantau-packs-';
const LANGUAGE = /^\/(?:text\/(?:[a-z]+-)?)?([a-z]{2,3})[./]/; // of a page, and of the texts that it shows
const FORM = /^\/[a-z]{2,3}\/apply\//;
const [NOTES, NOTE] = ['rantau-notes', '/notes']; // a cache of one entry: which revisions are shown, which are next

/** @typedef {Record<string, string>} Revisions by language */
/** @typedef {{lang: string, now: Revisions, next: Revisions, extras: string[]}} Notes; the extras are here whole */
/** @typedef {{headers: Record<string, string>, body?: string, body64?: string, swapped?: string, pieces?: Piece[]}} Entry */
/** @typedef {(path: string) => Promise<Response | undefined>} At what is here at a path */
/** @typedef {string | [number, number]} Piece what is new, or from where to where it stands in what is here */

/** What pages are answered from; the waiting worker may have noted more. @type {Notes | undefined} */
let shown;
let latest = /** @type {string | undefined} */ (undefined); // revision that all is here of: several pages ask for it
let turn = /** @type {Promise<unknown>} */ (Promise.resolve());

worker.addEventListener('install', (event) => event.waitUntil(inTurn(prepare)));
worker.addEventListener('activate', (event) => event.waitUntil(inTurn(switchOver).then(() => worker.clients.claim())));
worker.addEventListener('message', (event) => {
  if (event.data.type.endsWith('-key')) return event.waitUntil(Promise.resolve(keepKey(event)));
  const done = inTurn(() => obey(event.data));
  event.waitUntil(done);
  const [asker] = event.ports;
  if (asker) void done.then(() => asker.postMessage(true), () => asker.postMessage(false));
});
worker.addEventListener('fetch', (event) => {
  const { method, url, cache } = event.request;
  const isOurs = new URL(url).origin === worker.location.origin;
  if (method === 'GET' && isOurs && cache !== 'no-store') event.respondWith(answer(event.request));
});

worker.addEventListener('notificationclick', ({ notification }) => {
  notification.close();
  void worker.clients.openWindow(notification.data);
});

/** One thing at a time, also after one that failed. @param {() => Promise<unknown>} work */
function inTurn(work) {
  turn = turn.then(work, work);
  return turn;
}

/** @param {{type: string, lang?: string, extra?: string, public?: string}} message `public`: the office's revision */
async function obey({ type, lang, extra, public: revision }) {
  if (type === 'offer') return tellPages('update-ready');
  if (/^(skip-waiting|switch)$/.test(type) && (await isFormOpen())) throw new TypeError('a form is open');
  if (type === 'skip-waiting') void worker.skipWaiting(); // it is over after the activation, which waits for its turn
  if (type === 'language') await speak(String(lang));
  if (type === 'keep') await keep(String(extra));
  if (type === 'update' && (!revision || revision !== latest)) await prepare().then(() => (latest = revision));
  if (type === 'switch') await switchOver().then(() => tellPages('switched'));
}

/** Fetch what is new in every language that is here, all or nothing; and these packs beside the first ones. */
async function prepare(wanted = /** @type {string[] | undefined} */ (undefined)) {
  const { lang, now, extras } = await notes();
  /** @type {Revisions} */
  const next = {};
  for (const each of new Set([lang, ...Object.keys(now)])) {
    const revision = await fill(each, wanted ?? extras);
    if (revision !== now[each]) next[each] = revision;
  }
  await note({ next });
  if (Object.keys(next).length && now[lang]) await tellPages('update-ready');
}

async function switchOver() {
  const { now, next } = await notes();
  await note({ now: { ...now, ...next }, next: {} });
  const kept = Object.values({ ...now, ...next }).map((revision) => PREFIX + revision);
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !kept.includes(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** What comes after the first packs in the same answer: whether all of it did. @type {Record<string, Promise<boolean>>} */
const coming = {};

/** Have packs that not everybody needs, and keep them from now on. @param {string} extra */
async function keep(extra) {
  const isHere = await coming[extra];
  delete coming[extra]; // what the browser drops later is no longer here
  const { extras = [], now, next } = await notes();
  if (extras.includes(extra)) return;
  // An update, or another language, has come in between and must have it too.
  if (!isHere || Object.keys(now).length + Object.keys(next).length > 1) await prepare([...extras, extra]);
  await note({ extras: [...extras, extra] });
}

/** Make another language the one in use, and have it here. @param {string} lang */
async function speak(lang) {
  const known = await notes();
  // Until all of it is here, the other language is what works without a signal.
  const now = known.now[lang] ? known.now : { ...known.now, [lang]: await fill(lang, known.extras) };
  if (known.lang !== lang || now !== known.now) await note({ lang, now });
  if (Object.keys(known.next).length) await tellPages('update-ready');
}

/** Fetch the packs of a language that are not here yet; gives their revision. @param {string} lang @param {string[]} more */
async function fill(lang, more = []) {
  const hasSome = (await caches.keys()).some((name) => name.startsWith(PREFIX));
  const atOnce = hasSome ? undefined : await fillAtOnce(lang).catch(() => undefined);
  if (atOnce && !more.length) return atOnce;
  const { revision, headers, packs, extras } = await fetchJson(`/packs/${lang}.json`);
  const [cache, { [lang]: now }] = [await openCache(revision), (await notes()).now];
  for (const [url] of [packs, ...more.map((name) => extras?.[name] ?? [])].flat()) {
    const mark = markOf(url);
    if (await cache.match(mark)) continue;
    const since = now !== revision && now;
    const urls = (await copy(mark, cache)) || (since && (await fetchChanged(url, since, cache, headers)))
      || (await unpack(await fetchJson(url), cache, headers));
    await cache.put(mark, new Response(JSON.stringify(urls)));
  }
  return revision;
}

/** The first time all come in one answer; of one that is cut, what came whole stays. @param {string} lang */
async function fillAtOnce(lang) {
  const rows = jsonLines(await fetchOurs(`/packs/${lang}.ndjson`));
  const { value: { revision, headers, count, more = [] } } = await rows.next();
  const cache = await openCache(revision);
  const take = async (/** @type {number} */ number) => {
    for (let left = number; left; left -= 1) {
      const { value: [url, pack] } = await rows.next(); // a destructured nothing throws: not all of them came
      await cache.put(markOf(url), new Response(JSON.stringify(await unpack(pack, cache, headers))));
    }
    return true;
  };
  let isWhole = take(count);
  await isWhole;
  // Nobody waits for the rest with what is here already.
  for (const [name, number] of more) coming[name] = isWhole = isWhole.then((is) => is && take(number)).catch(() => false);
  return revision;
}

/** A pack is known by the hash at its name's end, also to another revision or language. @param {string} url */
const markOf = (url) => `/packs/${url.slice(url.lastIndexOf('-'))}`;

/** @param {string} revision */
function openCache(revision) {
  if (!/^[a-z0-9]{4,40}$/.test(revision)) throw new TypeError('not a list of packs');
  return caches.open(PREFIX + revision);
}

/** @param {string} mark @param {Cache} cache @returns {Promise<string[] | undefined>} */
async function copy(mark, cache) {
  for (const name of (await caches.keys()).filter((each) => each.startsWith(PREFIX))) {
    const source = await caches.open(name);
    const urls = /** @type {string[] | undefined} */ (await (await source.match(mark))?.json());
    if (urls && (await copyAll(urls, source, cache))) return urls;
  }
  return undefined;
}

/** Whether all are there: the browser may have cleared some. @param {string[]} urls @param {Cache} source @param {Cache} cache */
async function copyAll(urls, source, cache) {
  const entries = await Promise.all(urls.map((url) => source.match(url)));
  if (!entries.every(Boolean)) return false;
  await Promise.all(entries.map((entry, place) => entry && cache.put(urls[place], entry)));
  return true;
}

/**
 * Of a pack only what changed since a revision that is here, or all of it where a dictionary makes that less; undefined
 * where that is no longer whole.
 * @param {string} url @param {string} since @param {Cache} cache @param {Record<string, string>} common
 */
async function fetchChanged(url, since, cache, common) {
  const pack = await fetchJson(`${url}?since=${since}`);
  const before = await caches.open(PREFIX + since);
  for (const [name, { pieces }] of Object.entries(pack)) {
    const old = pieces && (await before.match(name));
    if (pieces && !old) return undefined;
    if (old) pack[name].body = together(pieces, await old.text());
  }
  const same = Object.keys(pack).filter((name) => !pack[name]);
  return (await copyAll(same, before, cache)) ? unpack(pack, cache, common) : undefined;
}

/** @param {Piece[]} pieces @param {string} old */
const together = (pieces, old) => pieces.map((piece) => (typeof piece === 'string' ? piece : old.slice(...piece))).join('');

/** @param {Record<string, Entry | 0>} pack @param {Cache} cache @param {Record<string, string>} common headers of all */
async function unpack(pack, cache, common) {
  for (const [url, entry] of Object.entries(pack)) {
    if (!entry) continue; // as it was
    const { headers, swapped, body = swapped?.replace(/["']/g, other), body64 } = entry;
    const bytes = body64 === undefined ? body : Uint8Array.from(atob(body64), (char) => char.charCodeAt(0));
    await cache.put(url, new Response(bytes, { headers: { ...common, ...headers } }));
  }
  return Object.keys(pack);
}

/** @param {string} quote */
const other = (quote) => (quote === '"' ? "'" : '"');

/** A portal that answers with a page of its own fails here, and so does the install. @param {string} url */
const fetchJson = async (url) => (await fetchOurs(url)).json();

/** @param {string} url */
async function fetchOurs(url) {
  const response = await fetch(url, { cache: 'no-store', credentials: 'omit', redirect: 'error' });
  if (!response.ok) throw new TypeError(`${response.status} for ${url}`);
  return response;
}

/** The values of an answer's lines as they come. @param {Response} response @returns {AsyncGenerator<any>} */
async function* jsonLines({ body }) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const decoder = new TextDecoder();
  for (let rest = '', isOver = false; !isOver; ) {
    const { done, value } = await reader.read();
    const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
    [rest, isOver] = [lines.pop() ?? '', done];
    for (const line of lines) yield JSON.parse(line);
  }
}

/** @param {Request} request */
async function answer(request) {
  const { lang, now } = (shown ??= await notes());
  const { pathname } = new URL(request.url);
  const named = LANGUAGE.exec(pathname)?.[1] ?? lang;
  const spoken = now[named] ? named : lang;
  // One trip to the browser's process each, which shares a cheap phone's processor with everything else.
  const at = /** @type {At} */ ((path) => caches.match(path, { cacheName: PREFIX + now[spoken] }));
  const kept = at(pathname);
  // What the page opens first, the browser begins to read now.
  if (FORM.test(pathname)) void indexedDB.databases?.().catch(() => {});
  return (await kept) ?? fetch(request).catch(async (error) => {
    const instead = request.mode === 'navigate' && (await insteadOf(`/${spoken}/`, at));
    return instead || Promise.reject(error);
  });
}

/** Shown for a page that is not here while there is no signal: it says which one. @param {string} home @param {At} at */
async function insteadOf(home, at) {
  return (await at(`${home}absent`)) ?? ((await at(home)) && Response.redirect(home));
}

/** @returns {Promise<Notes>} */
async function notes() {
  const noted = await caches.match(NOTE, { cacheName: NOTES });
  return noted ? noted.json() : { lang: await languageOfPage(), now: {}, next: {}, extras: [] };
}

/** @param {Partial<Notes>} changed */
async function note(changed) {
  shown = { ...(await notes()), ...changed };
  await (await caches.open(NOTES)).put(NOTE, new Response(JSON.stringify(shown)));
}

/** The first packs are those of the page that is open. */
async function languageOfPage() {
  const [page] = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return /^\/([a-z]{2,3})\//.exec(page ? new URL(page.url).pathname : '')?.[1] ?? 'id';
}

/** Under an open form nothing changes, in whatever tab: what it still has to load must fit what it has. */
async function isFormOpen() {
  const pages = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return pages.some(({ url }) => FORM.test(new URL(url).pathname));
}

/** @param {'update-ready' | 'switched'} type */
async function tellPages(type) {
  if (type === 'update-ready' && (await isFormOpen())) return; // the page that is opened next asks again
  for (const page of await worker.clients.matchAll({ includeUncontrolled: true })) page.postMessage({ type });
}

/** The key of the profile that is open, in memory alone (pwa/key-keeper.js), and which pages said when that they use it. */
let held = /** @type {{id: string, key: CryptoKey} | undefined} */ (undefined);
const holders = /** @type {Map<string, number>} */ (new Map());
const PRESENT = 30_000; // milliseconds after which a page that says nothing is gone

/** @param {ExtendableMessageEvent} event */
function keepKey({ data, source, ports }) {
  const id = /** @type {Client | null} */ (source)?.id ?? '';
  if (data.type === 'hold-key') [held] = [data.held, holders.set(id, Date.now())];
  for (const [page, at] of holders) if (Math.abs(Date.now() - at) > PRESENT) holders.delete(page);
  if (data.type === 'drop-key') return dropKey(data.isHereAlone ? id : null);
  if (!holders.size) held = undefined;
  if (data.type === 'held-key') ports[0].postMessage(held ?? null);
}

/** Forget the key, unless another page that is open uses it. @param {string | null} page null for all */
async function dropKey(page) {
  if (page === null) holders.clear();
  else holders.delete(page);
  if (!holders.size) held = undefined;
  const open = (await worker.clients.matchAll({ includeUncontrolled: true })).map(({ id }) => id);
  for (const id of holders.keys()) if (!open.includes(id)) holders.delete(id);
  if (!holders.size) held = undefined;
}

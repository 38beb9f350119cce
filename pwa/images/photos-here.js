/**
 * The photos that lie on this phone and not yet at the office, to be looked at and saved as files by whoever the phone
 * shows its drafts to. It needs no form, no camera and no signal. What does not open here is saved as it is: sealed.
 */

import { shareOutbox } from '../bundle-export.js';
import { openCase } from '../cases.js';
import { saveFile } from '../components/save-file.js';
import { openFile } from '../crypto/open-file.js';
import { read } from '../db.js';
import { button, element } from '../element.js';
import { filesLeft } from '../outbox.js';
import { hasText, loadMore, text } from '../text.js';
import { kilobytes } from '../words.js';
import { KINDS, imageBytes } from './image-store.js';
import { paperOf } from './paper-names.js';

/** @typedef {import('./seal-images.js').Entry} Entry */
/** @typedef {{name: string, kind: string, bytes: () => Promise<import('../crypto/canonical.js').Bytes>}} Photo `name` as in a version; `kind` ends a file's name */
/** @typedef {{id: string, case: string, files?: import('../outbox.js').ItemFile[]}} Item */

const SHEET = '/pwa/images/photo.css';
const PAPER = 'option.berkas.';
const PLAIN = { class: 'button button-plain' };

/**
 * A line for each photo of these drafts and of what waits.
 * @param {{images?: import('./image-store.js').Image[]}[]} drafts @param {Item[]} outbox
 */
export async function photosHere(drafts, outbox) {
  await loadMore('rescue');
  await loadMore('forms').catch(() => {}); // the names of papers that only other forms ask for
  if (!document.querySelector(`link[href="${SHEET}"]`)) document.head.append(element('link', { rel: 'stylesheet', href: SHEET }));
  const own = drafts.flatMap(({ images = [] }) => images).map(({ id, field, type }) =>
    photoLine({ name: field, kind: KINDS[type], bytes: () => imageBytes(id) }));
  const lines = await Promise.all([...own, ...outbox.filter((item) => filesLeft(item).length).map(sealedLines)]);
  return [element('p', {}, text('here.means')), element('ul', { class: 'photo-list' }, ...lines.flat())];
}

/** What was sealed here opens with the code of its case, if that is kept here. @param {Item} item */
async function sealedLines(item) {
  const entries = await entriesOf(item).catch(() => /** @type {Entry[]} */ ([]));
  const lines = await Promise.all(filesLeft(item).map(({ id }) => {
    const entry = entries.find(([, digest]) => digest === id);
    const bytes = async () => openFile((await read('files', id)).bytes, /** @type {Entry} */ (entry), item.case);
    return entry ? photoLine({ name: entry[0], kind: entry[4], bytes }) : null;
  }));
  const save = () => shareOutbox([item.id]);
  return lines.every((line) => line?.dataset.photo) ? lines.filter((line) => line !== null)
    : [element('li', { 'data-sealed': item.id }, text('here.sealed', { n: filesLeft(item).length }), button(text('here.save'), save, PLAIN))];
}

/** @param {Item} item @returns {Promise<Entry[]>} */
async function entriesOf(item) {
  const version = (await openCase(item.case)).versions.find(({ id }) => id === item.id);
  const answers = /** @type {any[]} */ (Object.values(version?.groups ?? {}).flat());
  return answers.filter(Array.isArray).flat().filter((entry) => Array.isArray(entry) && entry.length === 5);
}

/** @param {Photo} photo */
async function photoLine({ name, kind, bytes }) {
  const found = await bytes().catch(() => null);
  const paper = nameOf(name);
  if (!found) return element('li', {}, text('here.closed', { paper }));
  const [type] = Object.entries(KINDS).find(([, each]) => each === kind) ?? ['application/octet-stream'];
  const blob = new Blob([found], { type });
  const save = button(text('here.save'), () => saveFile(blob, `${name}.${kind}`), { ...PLAIN, 'aria-label': text('here.save.of', { paper }) });
  return element('li', { 'data-photo': name }, kind === 'pdf' ? element('span', { class: 'badge' }, 'PDF') : picture(blob, paper),
    element('span', {}, paper, ' · ', kilobytes(blob.size)), save);
}

/** @param {Blob} blob @param {string} alt */
function picture(blob, alt) {
  const url = URL.createObjectURL(blob);
  const isOver = () => URL.revokeObjectURL(url);
  return element('img', { src: url, alt, class: 'photo-thumbnail', load: isOver, error: isOver });
}

/** @param {string} name of a file, which tells its paper and which of several it is */
function nameOf(name) {
  const paper = paperOf(name, [name, name.replace(/-[0-9]+$/, '')].filter((each) => hasText(PAPER + each)));
  return paper ? `${text(PAPER + paper)}${name === paper ? '' : name.slice(paper.length).replace('-', ' ')}` : name;
}

/**
 * The page that takes a file which somebody carried: hands it in at the office, keeps its items here until there is a
 * signal, or takes the office's answer in. At the office (`data-at="office"`) a file is only handed in.
 */

import { fileOf } from '../bundle-export.js';
import { isBlob } from '../bundle.js';
import { handIn, openBundle, takeAck, takeAlong } from '../bundle-import.js';
import { button, element } from '../element.js';
import { keepPacks } from '../sw-bridge.js';
import { hasText, loadMore, text } from '../text.js';
import { when } from '../words.js';
import { saveFile } from './save-file.js';

/** @typedef {import('../bundle.js').Bundle} Bundle */
/** @typedef {import('../bundle-import.js').Refused} Refused */

const PLAIN = { class: 'button button-plain' };

export default class BundlePage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.isOffice = root.dataset.at === 'office';
    // What kind of file it is its bytes say: a browser that knows the name's end offers the file, another would not.
    this.input = element('input', { type: 'file', id: 'bundle-file', change: () => void this.choose() });
    this.found = element('div', { class: 'stack', role: 'status' });
    this.form = element('div', { class: 'field' }, element('label', { for: 'bundle-file' }), this.input);
    this.root = root;
    this.isStarted = false;
  }

  /** Ask for a file. Safe to call twice. */
  async start() {
    if (this.isStarted) return;
    this.isStarted = true;
    await loadMore('bundle');
    /** @type {HTMLElement} */ (this.form.firstElementChild).textContent = text('bundle.choose');
    this.root.replaceChildren(this.form, this.found);
    if (!this.isOffice) void keepPacks('bundle');
  }

  stop() {
    this.isStarted = false;
    this.root.replaceChildren();
  }

  async choose() {
    const [file] = this.input.files ?? [];
    if (!file) return;
    await this.trying(async () => {
      const bundle = await openBundle(file);
      if (bundle.kind === 'items') this.offer(bundle);
      else if (this.isOffice) this.put(problem('kind'));
      else this.showBelieved(await takeAck(bundle));
    });
  }

  /** @param {Bundle} bundle */
  offer(bundle) {
    const images = bundle.entries.filter(isBlob).length;
    const count = bundle.entries.length - images;
    this.put(
      element('p', { 'data-holds': count }, text('bundle.holds', { count, images, at: when(bundle.at * 1000) })),
      bundle.missing.length ? element('p', { class: 'notice urgent' }, text('bundle.is-cut', { count: bundle.missing.length })) : null,
      element('div', { class: 'cluster' },
        button(text('bundle.hand-in'), () => this.handIn(bundle), { 'data-action': 'hand-in' }),
        this.isOffice ? null : button(text('bundle.take-along'), () => this.takeAlong(bundle), { ...PLAIN, 'data-action': 'take-along' })),
      this.isOffice ? null : element('p', { class: 'hint' }, text('bundle.take-along.means')));
  }

  /** @param {Bundle} bundle */
  handIn(bundle) {
    return this.trying(async () => {
      this.put(element('p', {}, text('bundle.under-way')));
      const { done, hub, kept, images, refused, isWhole, ack } = await handIn(bundle);
      const save = async () => saveFile(...(await fileOf('ack', [...ack])));
      this.put(
        line('done', [...done], 'bundle.done', 'good'), line('hub', [...hub], 'bundle.hub'), line('images', images, 'bundle.images'),
        line('kept', kept, 'bundle.kept', 'urgent'), ...reasons(refused),
        isWhole || refused.length ? null : element('p', { class: 'notice urgent' }, text('bundle.again')),
        ack.size ? element('p', {}, text('bundle.ack.means')) : null,
        ack.size ? element('p', {}, button(text('bundle.ack.save'), save, { 'data-action': 'save-ack' })) : null);
    });
  }

  /** @param {Bundle} bundle */
  takeAlong(bundle) {
    return this.trying(async () => {
      const { taken, known, images, refused } = await takeAlong(bundle);
      this.put(
        line('taken', taken, 'bundle.taken', 'good'), line('known', known, 'bundle.known'), ...reasons(refused),
        images ? element('p', { class: 'notice urgent' }, text('bundle.images-left', { count: images })) : null);
    });
  }

  /** @param {import('../bundle-import.js').Believed} believed */
  showBelieved({ done, hub, ended, forged, unknown }) {
    this.put(
      line('done', done, 'bundle.ack.done', 'good'), line('hub', hub, 'bundle.ack.hub'), line('ended', ended, 'bundle.ack.ended'),
      line('unknown', unknown, 'bundle.ack.unknown'), line('forged', forged, 'bundle.ack.forged', 'urgent'));
  }

  /** Whatever goes wrong is said, and the file can be chosen again. @param {() => Promise<void>} work */
  async trying(work) {
    this.input.disabled = true;
    await work().catch((error) => {
      const reason = typeof error.reason === 'string' ? error.reason : error.name;
      this.put(problem(hasText(`bundle.problem.${reason}`) ? reason : 'failed'));
    });
    this.input.disabled = false;
    this.input.value = ''; // the same file may be chosen once more
  }

  /** @param {...(Node | null)} parts */
  put(...parts) {
    this.found.replaceChildren(...parts.filter((part) => part !== null));
  }
}

/** @param {string} name @param {string[]} ids @param {string} key @param {string} [kind] */
const line = (name, ids, key, kind = '') =>
  (ids.length ? element('p', { class: `notice ${kind}`, 'data-told': name }, text(key, { count: ids.length })) : null);

/** @param {string} reason */
const problem = (reason) => element('p', { class: 'error', 'data-problem': reason }, text(`bundle.problem.${reason}`));

/** What was not taken, once for each reason. @param {Refused[]} refused */
function reasons(refused) {
  const counts = new Map();
  for (const [, reason] of refused) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => {
    const key = ['bundle.refused', 'refused'].map((family) => `${family}.${reason}`).find(hasText) ?? 'refused.malformed';
    return element('p', { class: 'notice urgent', 'data-refused': reason }, text('bundle.refused', { count }), ' ', text(key));
  });
}

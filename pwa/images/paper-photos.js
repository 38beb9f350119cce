/**
 * The photographs of each paper of a form: those that are there, and a button for one more. They belong to the draft and
 * hold nothing up; without them the application is sent all the same.
 */

import { readValues } from '../components/form-values.js';
import { GoneError, storageTrouble } from '../device-errors.js';
import { button, element } from '../element.js';
import { listen } from '../tabs.js';
import { hasText, loadMore, text } from '../text.js';
import { kilobytes } from '../words.js';
import { imageBytes, imagesOf, putImage, removeImage } from './image-store.js';
import { PhotoDialog } from './photo-dialog.js';

/** @typedef {import('../components/application-form.js').default} ApplicationForm */
/** @typedef {{name: string, label: string, kind: import('./paper-kinds.js').PaperKind, max?: number}} Paper as in a form */
/** @typedef {{id?: string, type: string, size: number, width: number, height: number, name?: string, bytes: import('../crypto/canonical.js').Bytes | null}} Shown
 *   without an id it is not stored; without bytes it does not open */

const SHEET = '/pwa/images/photo.css';
const PAGES = 4; // of a paper whose form does not say

/** @type {WeakSet<ApplicationForm>} */
const shown = new WeakSet();

/** Put the photographs beside the papers of a form. Safe to call twice. @param {ApplicationForm} page */
export async function showPhotos(page) {
  const sections = /** @type {{fields: {papers?: Paper[]}[]}[]} */ (page.judge?.loaded.form.sections);
  if (shown.has(page) || !sections) return;
  shown.add(page);
  await loadMore('photo').catch((error) => {
    shown.delete(page); // with the next signal it is tried again
    throw error;
  });
  if (!document.querySelector(`link[href="${SHEET}"]`)) document.head.append(element('link', { rel: 'stylesheet', href: SHEET }));
  page.root.querySelector('[data-paper]')?.closest('ul')?.before(element('p', { class: 'hint' }, text('photo.optional')));
  const papers = sections.flatMap(({ fields }) => fields.flatMap((field) => field.papers ?? []));
  await Promise.all(papers.map(async (paper) => {
    const place = page.root.querySelector(`[data-paper="${paper.name}"]`);
    if (place && paper.kind) await new PaperPhotos(page, paper, place).refresh();
  }));
}

class PaperPhotos {
  /** @param {ApplicationForm} page @param {Paper} paper @param {Element} place */
  constructor(page, paper, place) {
    this.page = page;
    this.paper = paper;
    this.label = text(paper.label);
    this.list = element('ul', { class: 'photo-list' });
    this.add = button(text('photo.add'), () => this.take(), {
      class: 'button button-plain', 'data-action': 'add-photo', 'aria-label': text('photo.add.of', { paper: this.label }),
    });
    this.trouble = element('p', { class: 'error', role: 'alert' });
    this.again = button(text('photo.retry'), () => this.retry(), { 'data-action': 'keep-photo', hidden: true });
    /** The draft whose photographs are shown. @type {string | undefined} */
    this.draft = undefined;
    /** Those that are stored. @type {Shown[]} */
    this.shown = [];
    /** Those that there was no room for; they are here as long as the page is. @type {Shown[]} */
    this.unkept = [];
    this.keeping = Promise.resolve();
    /** @type {string[]} */
    this.urls = [];
    place.append(this.list, this.add, this.trouble, this.again);
    const signal = page.started?.signal;
    document.addEventListener('rantau:stored', () => void this.heard().catch(() => {}), { signal });
    signal?.addEventListener('abort', listen(({ draft }) => draft && draft === this.draft && this.refresh().catch(() => {})));
    document.addEventListener('rantau:locking', (event) => this.leave(/** @type {CustomEvent} */ (event).detail), { signal });
    page.root.addEventListener('submit', (event) => this.hold(event), { signal, capture: true });
  }

  /** Show what there is now. */
  async refresh() {
    this.draft = await this.page.draft.id;
    const images = this.draft ? (await imagesOf(this.draft)).filter(({ field }) => field === this.paper.name) : [];
    this.shown = await Promise.all(images.map(async (image) => ({ ...image, bytes: await imageBytes(image.id).catch(() => null) })));
    this.draw();
  }

  draw() {
    const all = [...this.shown, ...this.unkept];
    for (const url of this.urls.splice(0)) URL.revokeObjectURL(url);
    this.list.replaceChildren(...all.map((image, at) => this.item(image, at + 1)));
    this.list.hidden = !all.length;
    this.add.hidden = all.length >= (this.paper.max ?? PAGES);
    this.again.hidden = !this.unkept.length;
  }

  /** @param {Shown} image @param {number} n */
  item(image, n) {
    const { id, type, bytes, size } = image;
    const remove = button(text('photo.remove'), () => this.trying(() => this.remove(image)), {
      class: 'button button-bad', 'data-action': 'remove-photo', 'aria-label': text('photo.remove.of', { paper: this.label, n }),
    });
    return element('li', { [id ? 'data-image' : 'data-unkept']: id ?? '' },
      type === 'application/pdf' ? element('span', { class: 'badge' }, 'PDF') : bytes && this.thumbnail(bytes, type, n),
      element('span', {}, text('photo.page', { n }), ' · ', kilobytes(size)), remove);
  }

  /** @param {Shown['bytes'] & {}} bytes @param {string} type @param {number} n */
  thumbnail(bytes, type, n) {
    const src = URL.createObjectURL(new Blob([bytes], { type }));
    this.urls.push(src);
    return element('img', { src, alt: text('photo.page.of', { paper: this.label, n }), class: 'photo-thumbnail' });
  }

  take() {
    return this.trying(async () => {
      const main = /** @type {Element} */ (this.page.root.closest('main'));
      const taken = await new PhotoDialog({ kind: this.paper.kind, paper: this.label }).ask(main);
      if (taken) {
        this.unkept.push({ ...taken, size: taken.bytes.length });
        await this.keep();
      }
      (this.add.hidden ? this.list.querySelector('button') : this.add)?.focus();
    });
  }

  /** Store what is not stored yet; one after another, whoever asks. */
  keep() {
    this.keeping = this.keeping.catch(() => {}).then(() => this.store());
    return this.keeping;
  }

  async store() {
    const { page, paper, unkept } = this;
    try {
      while (unkept.length) {
        // The photograph of somebody who has typed nothing yet makes the draft; the second try says why there is none.
        if (!(await page.draft.id) && !(await page.save())) await page.draft.save(readValues(page.root), page.title());
        const [image] = unkept;
        if (!image) break; // removed meanwhile
        const id = await putImage((await page.draft.id) ?? '', paper.name, /** @type {any} */ (image));
        const place = unkept.indexOf(image);
        if (place >= 0) unkept.splice(place, 1);
        this.shown.push(Object.assign(image, { id }));
        if (place < 0) await removeImage(id);
        await this.refresh();
      }
    } catch (error) {
      // A draft that the browser dropped is made anew, and `heard` goes on.
      if (error instanceof GoneError || /** @type {any} */ (error).reason === 'dropped') void page.save();
      throw error;
    } finally {
      this.draw();
    }
  }

  async retry() {
    await this.trying(() => this.keep());
    (this.unkept.length ? this.again : this.add).focus();
  }

  /** Where the browser dropped everything under this page, its photographs are still here and are stored again. */
  async heard() {
    const draft = await this.page.draft.id;
    if (!draft || draft === this.draft) return;
    this.draft = draft;
    this.unkept.unshift(...this.shown.splice(0).map(({ id, ...image }) => image).filter(({ bytes }) => bytes));
    await this.trying(() => this.keep());
  }

  /** Nothing is sent without a photograph that stands here. @param {Event} event */
  hold(event) {
    if (!this.unkept.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void this.retry().then(() => this.unkept.length || this.page.root.requestSubmit());
  }

  /** What the lock would take away is stored before; what cannot be waits behind it. @param {Promise<boolean>[]} saves */
  leave(saves) {
    if (this.unkept.length) saves.push(this.keep().then(() => true, () => false));
  }

  /** @param {Shown} image */
  async remove(image) {
    const place = this.unkept.indexOf(image);
    if (place >= 0) {
      this.unkept.splice(place, 1);
      this.draw();
    } else if (image.id) {
      await removeImage(image.id);
      await this.refresh();
    }
    this.add.focus();
  }

  /** What the storage refuses is said; what was there stays. @param {() => Promise<void>} work */
  async trying(work) {
    this.trouble.textContent = '';
    await work().catch((error) => {
      const key = `photo.problem.${error.reason}`;
      const reason = text(hasText(key) ? key : storageTrouble(error));
      this.trouble.textContent = text(this.unkept.length ? 'photo.not-kept' : 'app.form.not-saved', { reason });
    });
  }
}

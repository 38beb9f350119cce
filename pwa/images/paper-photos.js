/**
 * The photographs of each paper of a form: those that are there, and a button for one more. They belong to the draft and
 * hold nothing up; without them the application is sent all the same.
 */

import { storageTrouble } from '../device-errors.js';
import { button, element } from '../element.js';
import { hasText, loadMore, text } from '../text.js';
import { kilobytes } from '../words.js';
import { imageBytes, imagesOf, putImage, removeImage } from './image-store.js';
import { PhotoDialog } from './photo-dialog.js';

/** @typedef {import('../components/application-form.js').default} ApplicationForm */
/** @typedef {import('./image-store.js').Image} Image */
/** @typedef {{name: string, label: string, kind: import('./paper-kinds.js').PaperKind, max?: number}} Paper as in a form */

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
    /** @type {string[]} */
    this.urls = [];
    place.append(this.list, this.add, this.trouble);
  }

  /** Show what there is now. */
  async refresh() {
    const draft = await this.page.draft.id;
    const images = draft ? (await imagesOf(draft)).filter(({ field }) => field === this.paper.name) : [];
    for (const url of this.urls.splice(0)) URL.revokeObjectURL(url);
    this.list.replaceChildren(...(await Promise.all(images.map((image, at) => this.item(image, at + 1)))));
    this.list.hidden = !images.length;
    this.add.hidden = images.length >= (this.paper.max ?? PAGES);
  }

  /** @param {Image} image @param {number} n */
  async item({ id, type, size }, n) {
    const alt = text('photo.page.of', { paper: this.label, n });
    const remove = button(text('photo.remove'), () => this.trying(() => this.remove(id)), {
      class: 'button button-bad', 'data-action': 'remove-photo', 'aria-label': text('photo.remove.of', { paper: this.label, n }),
    });
    return element('li', { 'data-image': id },
      type === 'application/pdf' ? element('span', { class: 'badge' }, 'PDF') : await this.thumbnail(id, type, alt),
      element('span', {}, text('photo.page', { n }), ' · ', kilobytes(size)), remove);
  }

  /** @param {string} id @param {string} type @param {string} alt */
  async thumbnail(id, type, alt) {
    const bytes = await imageBytes(id).catch(() => null);
    if (!bytes) return null;
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    this.urls.push(url);
    return element('img', { src: url, alt, class: 'photo-thumbnail' });
  }

  take() {
    return this.trying(async () => {
      const main = /** @type {Element} */ (this.page.root.closest('main'));
      const taken = await new PhotoDialog({ kind: this.paper.kind, paper: this.label }).ask(main);
      if (taken) {
        // The photograph of somebody who has typed nothing yet makes the draft.
        if (!(await this.page.draft.id)) await this.page.save();
        const draft = await this.page.draft.id;
        if (!draft) return; // the form says why
        await putImage(draft, this.paper.name, taken);
        await this.refresh();
      }
      (this.add.hidden ? this.list.querySelector('button') : this.add)?.focus();
    });
  }

  /** @param {string} id */
  async remove(id) {
    await removeImage(id);
    await this.refresh();
    this.add.focus();
  }

  /** What the storage refuses is said; what was there stays. @param {() => Promise<void>} work */
  async trying(work) {
    this.trouble.textContent = '';
    await work().catch((error) => {
      const key = `photo.problem.${error.reason}`;
      this.trouble.textContent = text('photo.not-kept', { reason: text(hasText(key) ? key : storageTrouble(error)) });
    });
  }
}

/**
 * The pictures and papers of a case. They come sealed and are opened here; what is shown is drawn from memory, so that no
 * address leads to it and closing the case leaves nothing of it.
 */

import { openFile } from '../crypto/open-file.js';
import { caseOfVersion } from '../crypto/version.js';
import { button, element } from '../element.js';
import { paperOf } from '../images/paper-names.js';
import { kilobytes } from '../words.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('../crypto/canonical.js').Bytes} Bytes */
/** @typedef {[name: string, digest: string, key: string, length: number, kind: string]} Entry */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {Pick<import('./case.js').Desk, 'api' | 'texts' | 'announce' | 'opened'>} Desk */

const TYPES = /** @type {Record<string, string>} */ ({ jpeg: 'image/jpeg', webp: 'image/webp', png: 'image/png' });

/** The part of a case that shows its files; null where no version that stands has any. @param {Desk} desk */
export function caseFiles(desk) {
  const { opened, texts } = desk;
  const found = opened.leaves.flatMap((leaf) => filesOf(leaf).map((entry) => ({ leaf, entry })));
  if (!found.length) return null;
  const list = element('ul', { class: 'files' });
  const show = button(texts.say('staff.files.show', { n: found.length }), async () => {
    show.disabled = true;
    const cards = found.map(({ leaf, entry }) => new FileCard(desk, leaf, entry));
    list.replaceChildren(...cards.map(({ $root }) => $root));
    for (const card of cards) await card.load();
    show.remove();
  });
  return element('section', { class: 'stack', 'aria-labelledby': 'files-title' },
    element('h3', { id: 'files-title' }, texts.say('staff.files.title')), show, list);
}

/** @param {OpenedVersion} version @returns {Entry[]} */
function filesOf({ form, answers, version }) {
  const field = form?.sections.flatMap(({ fields }) => fields).find(({ control }) => control === 'files');
  const entries = /** @type {any} */ (field && answers?.[field.key]);
  return Array.isArray(entries) ? entries.filter(([, digest]) => version.blobs.includes(digest)) : [];
}

class FileCard {
  /** @param {Desk} desk @param {OpenedVersion} leaf @param {Entry} entry */
  constructor({ api, texts, opened }, leaf, entry) {
    this.api = api;
    this.former = opened.former.filter(({ isGenuine }) => isGenuine).map(({ id }) => id);
    this.texts = texts;
    this.leaf = leaf;
    this.entry = entry;
    this.turns = 0;
    this.$shown = element('div', { role: 'status' }, texts.say('staff.files.loading'));
    this.$root = element('li', { class: 'card stack near' },
      element('h4', {}, this.#label()), element('p', { class: 'hint' }, kilobytes(entry[3])), this.$shown);
  }

  /** Fetch, open and show it, or say in words why not. Safe to call again. */
  async load() {
    const { texts, entry } = this;
    try {
      const caseId = caseOfVersion(this.leaf.version);
      const sealed = await this.api.file(caseId, entry[1]);
      const plain = await openFile(sealed, entry, caseId, this.former).catch(() => null);
      if (!plain) return this.#say('staff.files.broken');
      await (TYPES[entry[4]] ? this.#showPicture(plain) : this.#offerFile(plain));
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'not-here-yet') return this.#say('staff.files.later');
      this.#say('staff.files.failed', button(texts.say('staff.files.again'), () => this.load(), { class: 'button button-plain' }));
    }
  }

  #label() {
    const papers = this.leaf.form?.sections.flatMap(({ fields }) => /** @type {any[]} */ (fields)).flatMap(({ papers: each = [] }) => each) ?? [];
    const name = paperOf(this.entry[0], papers.map((paper) => paper.name));
    const paper = papers.find((each) => each.name === name);
    return paper ? this.texts.say(paper.label) : this.entry[0];
  }

  /** @param {string} key @param {...Node} more */
  #say(key, ...more) {
    this.$shown.replaceChildren(element('p', { class: 'notice' }, this.texts.say(key)), ...more);
  }

  /** @param {Bytes} plain */
  async #showPicture(plain) {
    const { texts, entry } = this;
    const picture = await createImageBitmap(new Blob([plain], { type: TYPES[entry[4]] })).catch(() => null);
    if (!picture) return this.#say('staff.files.broken');
    const canvas = element('canvas', { role: 'img', 'aria-label': this.#label() });
    const zoom = button(texts.say('staff.files.zoom'), () => {
      const isLarge = canvas.classList.toggle('large');
      zoom.setAttribute('aria-pressed', String(isLarge));
    }, { class: 'button button-plain', 'aria-pressed': 'false' });
    const turn = button(texts.say('staff.files.turn'), () => {
      this.turns = (this.turns + 1) % 4;
      draw(canvas, picture, this.turns);
    }, { class: 'button button-plain' });
    draw(canvas, picture, 0);
    this.$shown.replaceChildren(element('div', { class: 'scroll', tabindex: 0 }, canvas), element('p', { class: 'cluster' }, turn, zoom));
  }

  /** A PDF goes to the reader of this computer: a browser would show it with scripts of its own. @param {Bytes} plain */
  #offerFile(plain) {
    const save = () => {
      const href = URL.createObjectURL(new Blob([plain], { type: 'application/pdf' }));
      element('a', { href, download: `${this.entry[0]}.pdf` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 10_000);
    };
    this.$shown.replaceChildren(button(this.texts.say('staff.files.save'), save, { class: 'button button-plain' }));
  }
}

/** Draw it turned by quarters, its sides as they are. @param {HTMLCanvasElement} canvas @param {ImageBitmap} picture @param {number} turns */
function draw(canvas, picture, turns) {
  const { width, height } = picture;
  [canvas.width, canvas.height] = turns % 2 ? [height, width] : [width, height];
  const context = canvas.getContext('2d');
  if (!context) return;
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(picture, -width / 2, -height / 2);
}

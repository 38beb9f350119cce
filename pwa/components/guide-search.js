/** The field that looks through the guides on this phone; what is typed leaves it only where they are not here yet. */

import { element } from '../element.js';
import { search } from '../guide-search.js';
import { language, loadMore, text } from '../text.js';

/** @typedef {import('../guide-search.js').Text} Text */
/** @typedef {import('../guide-search.js').Found} Found */

const BLOCKS = 'h2, h3, p, li, tr';

export default class GuideSearch {
  /** @param {HTMLElement} root the form */
  constructor(root) {
    this.form = /** @type {HTMLFormElement} */ (root);
    this.input = /** @type {HTMLInputElement} */ (this.form.elements.namedItem('q'));
    this.place = /** @type {HTMLElement} */ (document.getElementById('found'));
    /** @type {AbortController | undefined} */
    this.listening = undefined;
    /** @type {Promise<Text[]> | undefined} */
    this.texts = undefined;
  }

  /** Take the form over. Safe to call twice. */
  start() {
    this.stop();
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.form.addEventListener('submit', (event) => void this.submit(event), { signal });
    this.input.addEventListener('input', () => void this.look(), { signal });
    if (this.input.value) void this.look(); // typed before this was here
  }

  /** Let the form be an ordinary one again. Safe to call twice. */
  stop() {
    this.listening?.abort();
  }

  /** @param {Event} event */
  async submit(event) {
    event.preventDefault();
    if (await this.look()) return;
    this.stop();
    this.form.submit(); // the office looks through them
  }

  /** Show what is found here; false where the guides are not here. */
  async look() {
    const query = this.input.value.trim();
    try {
      await loadMore('guides');
      const texts = await (this.texts ??= readAll());
      // Typing went on meanwhile, and its own turn shows more.
      if (query === this.input.value.trim()) this.show(query, search(texts, query));
      return true;
    } catch {
      this.texts = undefined;
      return false;
    }
  }

  /** @param {string} query @param {Found[]} found */
  show(query, found) {
    const said = found.length ? text('guides.found', { n: found.length }) : text('guides.nothing');
    this.place.replaceChildren(...(query ? [element('p', {}, said), element('ul', { class: 'links' }, ...found.map(card))] : []));
  }
}

/** @param {Found} found */
const card = ({ slug, title, heading, parts }) => element('li', {},
  element('a', { href: `/${language()}/guides/${slug}` }, title),
  element('p', {}, ...(heading ? [element('strong', {}, heading), element('br')] : []),
    ...parts.map(([words, isHit]) => (isHit ? element('mark', {}, words) : words))));

/** Every guide that this page names, from this phone: fetching them all to look for one word would cost too much. */
async function readAll() {
  const start = `/${language()}/guides/`;
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(`#guides a[href^="${start}"]`));
  const urls = [...links].map(({ pathname }) => pathname);
  if (!(await caches.match(urls[0]))) throw new TypeError('not here yet');
  return Promise.all(urls.map(async (url) => textOf(url.slice(start.length), await pageOf(url))));
}

/** A page as a document: whatever stands in it, nothing of it runs. @param {string} url @returns {Promise<Document>} */
const pageOf = (url) => new Promise((resolve, reject) => {
  const asked = new XMLHttpRequest();
  asked.responseType = 'document';
  asked.onload = () => (asked.responseXML ? resolve(asked.responseXML) : reject(new TypeError(url)));
  asked.onerror = reject;
  asked.open('GET', url);
  asked.send();
});

/** @param {string} slug @param {Document} page @returns {Text} */
function textOf(slug, page) {
  const article = page.querySelector('article');
  /** @type {[string, string][]} */
  const blocks = [];
  let heading = '';
  for (const each of article?.querySelectorAll(BLOCKS) ?? []) {
    const words = wordsOf(each);
    if (/^H/.test(each.tagName)) heading = words;
    else if (words) blocks.push([heading, words]);
  }
  return { slug, title: article?.querySelector('h1')?.textContent ?? '', blocks };
}

/** Of a list in a list each line is its own. @param {Element} block */
function wordsOf(block) {
  const parts = [...block.childNodes].filter((part) => !/^([UO]L|P)$/.test(part.nodeName));
  return parts.map(({ textContent }) => textContent).join(block.tagName === 'TR' ? ' ' : '').replace(/\s+/g, ' ').trim();
}

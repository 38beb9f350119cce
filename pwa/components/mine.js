/** Everything on this phone: drafts, what waits to be sent, and the cases whose codes it holds. */

import { countCases, listCases } from '../case-list.js';
import { storageTrouble } from '../device-errors.js';
import { deleteDraft, listDrafts } from '../drafts.js';
import { button, element, letGo } from '../element.js';
import { listOutbox } from '../outbox.js';
import { hasText, language, loadMore, text } from '../text.js';
import { openVault } from '../vault.js';
import { kilobytes, stateBadge, when } from '../words.js';
import { confirmButton } from './confirm-button.js';

const DAY = 86_400_000; // milliseconds
const STOPS = 'a, button, select, summary, [tabindex]';
const MANY = 50; // of which a page is shown
const problemCards = async () => (await loadMore('profile'), import('./problem-card.js'));

export default class Mine {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.lists = element('div', { class: 'stack far' });
    this.status = element('p', { role: 'status' });
    root.replaceChildren(this.status, this.lists);
    this.draftDays = Number(root.dataset.draftDays ?? Infinity);
    /** @type {AbortController | undefined} */
    this.listening = undefined;
    this.isStale = false;
    this.turn = this.shown = 0; // what was read before is not shown after
    this.pages = { outbox: 0, cases: 0 };
    /** @type {typeof import('./answered-cards.js') | undefined} */
    this.answered = undefined;
  }

  /** Show the lists and keep them true. Safe to call twice. */
  start() {
    this.stop();
    this.listening = new AbortController();
    const { signal } = this.listening;
    for (const change of ['exchanged', 'queued', 'stored']) document.addEventListener(`rantau:${change}`, () => void this.refresh(), { signal });
    this.lists.addEventListener('click', () => this.isStale && void this.refresh(), { signal });
    const shown = this.show();
    /** What the rest of the page reads can wait for it. @type {Promise<void> | undefined} */
    this.restored = shown.catch((error) => void (this.status.textContent = text(storageTrouble(error))));
    return shown;
  }

  /** Leave the lists as they are. Safe to call twice. */
  stop() {
    this.listening?.abort();
  }

  /** Show what changed, but take nothing away that is asked or being pressed: then it is shown when that is over. */
  refresh() {
    return this.show(() => (this.isStale = this.lists.querySelector('[role=group]:not([hidden]), [aria-busy=true]') !== null));
  }

  /** Show the lists as they are now. @param {() => boolean} [isAsking] then not */
  async show(isAsking) {
    const turn = ++this.turn;
    const sendingParts = import('./sending-parts.js').catch(() => undefined);
    const [drafts, outbox, many] = await Promise.all([listDrafts(), listOutbox(), manyCases()]);
    const device = openVault().then((vault) => (vault.device ? volunteerLine(vault.device) : null), () => null); // the cards say why it stays shut
    const cases = await (many ? many.named(drafts.flatMap((draft) => draft.case ?? [])) : listCases());
    const count = many?.count ?? cases.length;
    const open = outbox.filter(({ state }) => state !== 'done');
    /** Of thousands of cases only these are opened. @param {{case: string}[]} items */
    const titlesOf = async (items) => {
      const rows = many ? await many.named(items.map((item) => item.case)) : cases;
      return (/** @type {string} */ id) => nameOf(rows.find((row) => row.case === id) ?? {});
    };
    const again = (said = '') => ((this.status.textContent = said), this.show());
    const broken = [...drafts, ...cases].some(({ problem }) => problem) ? await problemCards().catch(() => undefined) : undefined;
    if (open.some(({ state }) => state === 'refused')) await this.answers();
    const sending = await sendingParts;
    /** @type {(kind: 'drafts' | 'cases', row: any, help: typeof broken, card: (row: any) => HTMLElement) => HTMLElement} */
    const cardOf = (kind, row, help, card) =>
      (row.problem ? help?.problemCard(kind, { id: row.case, ...row }, again) ?? problemLine(row) : card(row));
    /** @type {(from: number, to: number) => Promise<HTMLElement[]>} */
    const items = async (from, to) => {
      const [shown, titleOf] = [open.slice(from, to), await titlesOf(open.slice(from, to))];
      return Promise.all(shown.map(async (item) => this.item(item, titleOf(item.case), await sending?.photosPart(item, again))));
    };
    /** @type {(from: number, to: number) => Promise<HTMLElement[]>} */
    const caseCards = async (from, to) => {
      const rows = many ? await many.page(from, to) : cases;
      const help = rows.some(({ problem }) => problem) ? await problemCards().catch(() => undefined) : undefined;
      if (rows.some(({ erased }) => erased)) await this.answers();
      return rows.map((row) => cardOf('cases', row, help, () => (row.erased && this.answered?.endedCard(row)) || caseCard(row, open)));
    };
    const parts = [
      await device,
      (await broken?.renewal(again)) ?? null,
      open.length ? section('outbox', this.sending(await sending?.costPart(open)), await this.list('outbox', open.length, items)) : null,
      drafts.length ? section('drafts', element('ul', { class: 'grid' }, ...drafts.map((row) => cardOf('drafts', row, broken, (draft) => this.draft(draft, cases))))) : null,
      count ? section('cases', await this.list('cases', count, caseCards)) : null,
      ...((await sending?.lastParts(drafts, outbox, titlesOf)) ?? []),
      drafts.length + open.length + count ? null : element('p', { class: 'notice' }, text('app.mine.nothing')),
    ];
    await letGo(this.lists);
    if (isAsking?.() || turn < this.shown) return;
    this.shown = turn;
    this.put(parts);
  }

  /** What shows answers of the office, once it is needed. */
  async answers() {
    this.answered ??= await import('./answered-cards.js').catch(() => undefined);
  }

  /** A list, of many rows a page. @param {'outbox' | 'cases'} name @param {number} count @param {(from: number, to: number) => Promise<HTMLElement[]>} rows */
  async list(name, count, rows) {
    const paging = count > MANY ? await import('../paging.js').catch(() => undefined) : undefined;
    if (!paging) return element('ul', { class: 'grid' }, ...(await rows(0, count)));
    await loadMore('volunteer').catch(() => {});
    return paging.pagedList({ count, rows, name: text(`app.mine.${name}`), page: this.pages[name], turned: (page) => (this.pages[name] = page) });
  }

  /** Replace the lists; who stood on something that is still there stays on it. @param {(HTMLElement | null)[]} parts */
  put(parts) {
    const stood = /** @type {any} */ (document.activeElement);
    const place = [...this.lists.querySelectorAll(STOPS)].indexOf(stood);
    this.lists.replaceChildren(...parts.filter((part) => part !== null));
    if (place >= 0) (stood.isConnected ? stood : this.lists.querySelectorAll(STOPS)[place])?.focus();
  }

  /** @param {HTMLElement} [cost] */
  sending(cost) {
    return element('div', { class: 'notice stack near' },
      cost,
      element('div', { class: 'cluster' },
        button(text('app.mine.send-now'), () => this.sendNow(), { 'data-action': 'send-now' }),
        button(text('app.mine.export'), () => this.share(), { class: 'button button-plain', 'data-action': 'export' })));
  }

  async sendNow() {
    this.status.textContent = text('state.sending');
    const { state } = await import('../exchange.js').then(({ exchangeAnew }) => exchangeAnew(), () => ({ state: 'offline' }))
      .catch(() => ({ state: 'failed' }));
    this.status.textContent = text(`app.exchange.${state}`);
  }

  /** As a file, for where no signal is. @param {string[]} [ids] */
  async share(ids) {
    const carrying = await import('../bundle-export.js').catch(() => undefined);
    if (carrying) await carrying.shareOutbox(ids);
    else this.status.textContent = text('app.later');
  }

  /** @param {any} item @param {string} title @param {HTMLElement | null} [photos] */
  item(item, title, photos) {
    return element('li', { class: 'card stack near', 'data-item': item.id },
      element('h3', {}, item.isCarried || item.alone ? text(item.alone ? 'app.mine.alone' : 'app.mine.carried') : element('a', { href: casePage(item.case) }, title)),
      element('p', {}, stateBadge(item.state)),
      element('p', { class: 'quiet' }, text('app.mine.sealed', { at: when(item.at), size: kilobytes(item.bytes) })), photos,
      ...(item.state === 'refused' ? this.answered?.refusedPart(item, this) ?? [] : []));
  }

  /** @param {any} draft @param {any[]} cases */
  draft(draft, cases) {
    const ended = cases.find((row) => row.erased && row.case === draft.case);
    const n = Math.floor((Date.now() - draft.at) / DAY);
    return element('li', { class: 'card stack near', 'data-draft': draft.id },
      element('h3', {}, nameOf(draft)),
      ended ? element('p', { class: 'error', 'data-ended': true }, text(`app.case.draft.${ended.voided ? 'voided' : 'erased'}`))
        : draft.case ? element('p', {}, text('app.mine.correction')) : null,
      element('p', { class: 'quiet' }, text('app.mine.saved', { at: when(draft.at) })),
      n > this.draftDays ? element('p', { class: 'notice', 'data-old': true }, text('app.mine.old', { n, limit: this.draftDays })) : null,
      element('p', {}, element('a', { class: 'button', href: `/${language()}/apply/${draft.service}#d=${draft.id}` }, text(ended ? 'app.state.show' : 'app.mine.continue'))),
      confirmButton({ label: text('app.mine.delete'), question: text('app.mine.delete.sure'), act: () => deleteDraft(draft.id).then(() => this.show()) }));
  }
}

/** What does not open here, where the help for it cannot be had. @param {any} row */
const problemLine = ({ problem }) => element('li', { class: 'card' }, element('p', { class: 'error' }, text(`app.mine.problem.${problem}`)));

/** @param {any} row @param {any[]} open */
function caseCard(row, open) {
  const waiting = open.find((item) => item.case === row.case && !item.id.startsWith('msg.'));
  return element('li', { class: 'card stack near', 'data-case': row.case },
    element('h3', {}, element('a', { href: casePage(row.case) }, nameOf(row))),
    waiting ? element('p', {}, stateBadge(waiting.state)) : element('p', {}, element('strong', {}, text(`step.${row.step}`)),
      row.stepAt ? ` · ${when(row.stepAt * 1000)}` : null, row.unread ? ` · ${text('app.mine.unread')}` : null),
    element('p', { class: 'quiet' }, text('app.number', { number: row.number }), row.handed ? ` · ${text('volunteer.handed.card')}` : null));
}

/** @param {string} device */
const volunteerLine = (device) => import('./device-line.js').then(({ deviceLine }) => deviceLine(device), () => null);

/** The cases of a phone that has many; undefined on others, and where what reads them is not here. */
const manyCases = async () =>
  ((await countCases()) > MANY ? import('../many-cases.js').then((many) => many.manyCases(), () => undefined) : undefined);

/** @param {'drafts' | 'outbox' | 'cases'} name @param {...HTMLElement} parts */
function section(name, ...parts) {
  return element('section', { class: 'stack', 'aria-labelledby': `mine-${name}` },
    element('h2', { id: `mine-${name}` }, text(`app.mine.${name}`)), ...parts);
}

/** @param {any} row */
const nameOf = ({ title, service }) => title || text(hasText(`form.${service}.title`) ? `form.${service}.title` : 'app.mine.untitled');

/** @param {string} id */
const casePage = (id) => `/${language()}/case#c=${id}`;

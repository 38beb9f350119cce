/** Everything on this phone: drafts, what waits to be sent, and the cases whose codes it holds. */

import { listCases } from '../case-list.js';
import { storageTrouble } from '../device-errors.js';
import { deleteDraft, listDrafts } from '../drafts.js';
import { element } from '../element.js';
import { CONNECTION, listOutbox } from '../outbox.js';
import { hasText, language, loadMore, text } from '../text.js';
import { openVault } from '../vault.js';
import { kilobytes, stateBadge, when } from '../words.js';
import { confirmButton } from './confirm-button.js';

const DAY = 86_400_000; // milliseconds
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
    return this.show();
  }

  /** Leave the lists as they are. Safe to call twice. */
  stop() {
    this.listening?.abort();
  }

  /** Show what changed, but take nobody's question away: then it is shown when that is answered. */
  refresh() {
    return this.show(() => (this.isStale = this.lists.querySelector('[role=group]:not([hidden])') !== null));
  }

  /** Show the lists as they are now, or why the phone does not give them. @param {() => boolean} [isAsking] then not */
  show(isAsking) {
    return this.look(isAsking).catch((error) => {
      this.status.textContent = text(storageTrouble(error));
      throw error;
    });
  }

  /** @param {() => boolean} [isAsking] */
  async look(isAsking) {
    const [drafts, outbox, cases] = await Promise.all([listDrafts(), listOutbox(), listCases()]);
    const open = outbox.filter(({ state }) => state !== 'done');
    /** @param {string} id */
    const titleOf = (id) => nameOf(cases.find((row) => row.case === id) ?? {});
    const isBroken = [...drafts, ...cases].some(({ problem }) => problem);
    const broken = isBroken ? await problemCards().catch(() => undefined) : undefined;
    const isAnswered = open.some(({ state }) => state === 'refused') || cases.some(({ erased }) => erased);
    if (isAnswered) this.answered ??= await import('./answered-cards.js').catch(() => undefined);
    const sending = outbox.length ? await import('./sending-parts.js').catch(() => undefined) : undefined;
    const again = (said = '') => ((this.status.textContent = said), this.show());
    /** @type {(kind: 'drafts' | 'cases', row: any, card: (row: any) => HTMLElement) => HTMLElement} */
    const cardOf = (kind, row, card) =>
      (row.problem ? broken?.problemCard(kind, { id: row.case, ...row }, again) ?? problemLine(row) : card(row));
    const device = await openVault().then((vault) => vault.device, () => null); // the cards say why it stays shut
    const parts = [
      device ? await import('./device-line.js').then(({ deviceLine }) => deviceLine(device), () => null) : null,
      (await broken?.renewal(again)) ?? null,
      open.length ? section('outbox', [this.sending(open), ...(await Promise.all(open.map(async (item) => this.item(item, titleOf(item.case), await sending?.photosPart(item, outbox)))))]) : null,
      drafts.length ? section('drafts', drafts.map((row) => cardOf('drafts', row, (draft) => this.draft(draft, cases)))) : null,
      cases.length ? section('cases', cases.map((row) => cardOf('cases', row, () => (row.erased && this.answered?.endedCard(row)) || caseCard(row, open)))) : null,
      (await sending?.sentPart(outbox, titleOf)) ?? null,
      drafts.length + open.length + cases.length ? null : element('p', { class: 'notice' }, text('app.mine.nothing')),
    ];
    if (!isAsking?.()) this.put(parts);
  }

  /** Replace the lists; who stood on something that is still there stays on it. @param {(HTMLElement | null)[]} parts */
  put(parts) {
    const place = [...this.lists.querySelectorAll('a, button')].findIndex((node) => node === document.activeElement);
    this.lists.replaceChildren(...parts.filter((part) => part !== null));
    if (place >= 0) /** @type {HTMLElement | undefined} */ (this.lists.querySelectorAll('a, button')[place])?.focus();
  }

  /** @param {any[]} open */
  sending(open) {
    const bytes = open.filter(({ state }) => state !== 'refused').reduce((sum, item) => sum + item.bytes, CONNECTION);
    return element('div', { class: 'notice stack near' },
      element('p', { 'data-part': 'cost' }, text('app.mine.cost', { size: kilobytes(bytes) })),
      element('div', { class: 'cluster' },
        action('send-now', text('app.mine.send-now'), () => this.sendNow()),
        plain('export', text('app.mine.export'), () => this.share())));
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
    const remove = async () => {
      await deleteDraft(draft.id);
      await this.show();
    };
    const n = Math.floor((Date.now() - draft.at) / DAY);
    return element('li', { class: 'card stack near', 'data-draft': draft.id },
      element('h3', {}, nameOf(draft)),
      ended ? element('p', { class: 'error', 'data-ended': true }, text(`app.case.draft.${ended.voided ? 'voided' : 'erased'}`))
        : draft.case ? element('p', {}, text('app.mine.correction')) : null,
      element('p', { class: 'quiet' }, text('app.mine.saved', { at: when(draft.at) })),
      n > this.draftDays ? element('p', { class: 'notice', 'data-old': true }, text('app.mine.old', { n, limit: this.draftDays })) : null,
      element('p', {}, element('a', { class: 'button', href: `/${language()}/apply/${draft.service}#d=${draft.id}` }, text(ended ? 'app.state.show' : 'app.mine.continue'))),
      confirmButton({
        label: text('app.mine.delete'), question: text('app.mine.delete.sure'), yes: text('app.mine.delete'), act: remove,
      }));
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

/** @param {'drafts' | 'outbox' | 'cases'} name @param {HTMLElement[]} cards */
function section(name, cards) {
  const rows = cards.filter(({ tagName }) => tagName === 'LI');
  return element('section', { class: 'stack', 'aria-labelledby': `mine-${name}` },
    element('h2', { id: `mine-${name}` }, text(`app.mine.${name}`)),
    ...cards.filter((card) => !rows.includes(/** @type {any} */ (card))),
    element('ul', { class: 'grid' }, ...rows));
}

/** @param {any} row */
const nameOf = ({ title, service }) => title || text(hasText(`form.${service}.title`) ? `form.${service}.title` : 'app.mine.untitled');

/** @param {string} id */
const casePage = (id) => `/${language()}/case#c=${id}`;

/** @param {string} name @param {string} label @param {(event: Event) => unknown} act */
const action = (name, label, act) => element('button', { type: 'button', class: 'button', 'data-action': name, click: act }, label);

/** @param {string} name @param {string} label @param {(event: Event) => unknown} act */
const plain = (name, label, act) =>
  element('button', { type: 'button', class: 'button button-plain', 'data-action': name, click: act }, label);

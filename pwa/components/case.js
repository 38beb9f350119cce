/**
 * One case: where it stands, what the office wrote, its receipt and its answers, opened on this device alone. The
 * fragment says which: `#c=<C>` one of this device, or a receipt code as it stands in the QR code.
 */

import { forgetCase } from '../case-list.js';
import { fetchCase, markSeen, openCase } from '../cases.js';
import { CodeError } from '../crypto/errors.js';
import { derive, parseCode } from '../crypto/receipt-code.js';
import { ErasedError, GoneError, NoOfficeError, NotFoundError, OfflineError, RootChangedError, StorageError, VaultError, storageTrouble } from '../device-errors.js';
import { button, element, letGo } from '../element.js';
import { listOutbox } from '../outbox.js';
import { asksForDocument, loadForm, office } from '../pins.js';
import { language, text } from '../text.js';
import { openVault } from '../vault.js';
import { AnswersFold } from './case-answers.js';
import { caseSteps, isMessage } from './case-steps.js';
import { confirmButton } from './confirm-button.js';
import { correctionUrl } from './correction.js';

/** @typedef {Awaited<ReturnType<typeof openCase>>} Opened */
/** @typedef {Awaited<ReturnType<typeof listOutbox>>[number]} Row */

const ENDED = ['diserahkan', 'ditolak', 'dibatalkan', 'kegiatan_selesai', 'aduan_dijawab', 'aduan_ditutup']; // steps after which nothing can be corrected

export default class Case {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** A code that this device does not keep: it is in memory and nowhere else. */
    this.code = '';
    /** @type {{of: string, made: Promise<import('./thread.js').Thread>} | undefined} */
    this.thread = undefined;
    /** @type {AbortController | undefined} */
    this.listening = undefined;
    this.turn = 0; // what was read before the last time it is shown is not shown after it
  }

  /** Open what the fragment names. Safe to call twice. */
  start() {
    this.stop();
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener('rantau:exchanged', (event) => void this.hear(/** @type {CustomEvent} */ (event).detail), { signal });
    window.addEventListener('hashchange', () => location.hash.length > 1 && void this.open(), { signal });
    return this.open();
  }

  /** Leave the page as it is. Safe to call twice. */
  stop() {
    this.listening?.abort();
  }

  async open() {
    const named = location.hash.slice(1);
    if (!named) return this.code ? this.fetch() : this.say('app.case.none');
    if (named.startsWith('c=')) return this.attempt(() => this.show(named.slice(2)));
    // A code that stays in the address stays in the browser's history.
    history.replaceState(null, '', location.pathname);
    return this.attempt(() => this.openByCode(decodeURIComponent(named)));
  }

  /** @param {string} typed */
  async openByCode(typed) {
    this.say('app.case.opening');
    this.code = await parseCode(typed);
    const { case: id } = await derive(this.code);
    const isHere = await openCase(id).then(() => true, () => false);
    if (!isHere) return this.fetch();
    history.replaceState(null, '', `#c=${id}`);
    return this.show(id);
  }

  /** Ask the office for a case that is not on this device; `keep` puts it there. */
  fetch({ keep = false } = {}) {
    return this.attempt(async () => {
      this.say('app.case.asking');
      this.turn++;
      const opened = await fetchCase(this.code, { keep });
      if (!keep) return this.render(opened, []);
      history.replaceState(null, '', `#c=${opened.case}`);
      return this.show(opened.case);
    });
  }

  /** @param {string} id */
  async show(id) {
    const turn = ++this.turn;
    const [opened, outbox] = await Promise.all([openCase(id), listOutbox()]);
    if (turn !== this.turn) return;
    await this.render(opened, outbox.filter((row) => row.case === id), { isKept: true });
    await markSeen(id).catch(() => {}); // that it cannot be noted takes nothing off the screen
  }

  /** @param {{news: string[], done: string[], hub: string[], kept: string[], refused: [string, string][],
   *   erased: string[]}} result */
  async hear({ news, done, hub, kept, refused, erased }) {
    // Also before it is shown for the first time: what is being read may be older than the news.
    const id = location.hash.startsWith('#c=') ? location.hash.slice(3) : '';
    if (!id) return;
    const moved = [...done, ...hub, ...kept, ...refused.map(([item]) => item), ...erased];
    if (news.includes(id) || moved.some((item) => item.includes(id))) await this.attempt(() => this.show(id), { isOpen: true });
  }

  /** @param {Opened} opened @param {Row[]} rows @param {{isKept?: boolean}} [kept] */
  async render(opened, rows, { isKept = false } = {}) {
    const { turn } = this;
    this.opened = opened;
    const thread = opened.handed ? undefined : await this.threadOf(opened, rows, isKept);
    const complaint = opened.versions.some(({ type }) => type === 'complaint') ? await complaintOf(opened, rows) : [];
    const isAlone = complaint.some(({ dataset }) => dataset.complaint === 'alone');
    const [holding, isForDocument] = await Promise.all([this.holding(opened, rows, isKept), asksFor(opened)]);
    await letGo(this.root);
    if (turn !== this.turn) return;
    const isOpen = this.root.querySelector('details')?.open ?? false;
    const held = this.root.contains(document.activeElement) ? document.activeElement : null;
    const heading = element('h1', { tabindex: '-1' });
    this.root.replaceChildren(
      element('p', { class: 'quiet' }, text('app.number', { number: opened.number })), heading,
      ...caseSteps(heading, opened, rows, Boolean(thread)),
      ...complaint,
      ...this.actions(opened, rows, { isKept, isAlone, isForDocument }),
      ...(thread ? [thread] : []),
      ...holding,
      ...(opened.handed ? [] : [new AnswersFold(opened, isOpen).root]),
      ...(isKept ? [this.forget(opened.case, rows)] : []),
    );
    if (!this.root.isConnected) return; // locked meanwhile
    void this.outlook(opened, isKept, isForDocument);
    document.title = `${heading.textContent} – ${opened.number}`;
    if (held) /** @type {HTMLElement} */ (held.isConnected ? held : heading).focus();
  }

  /** What was written to and fro; a phone that does not have that part yet shows the office's words among the steps. */
  async threadOf(/** @type {Opened} */ opened, /** @type {Row[]} */ rows, /** @type {boolean} */ isKept) {
    try {
      // One for all times that the case is shown anew: somebody may be writing in it.
      if (this.thread?.of !== opened.case) {
        const again = () => location.hash.startsWith('#c=') && this.show(opened.case);
        const made = import('./thread.js').then(({ startThread }) => startThread(again, this.listening?.signal));
        this.thread = { of: opened.case, made };
      }
      const thread = await this.thread.made;
      await thread.show(opened, rows, isKept);
      return thread.root;
    } catch {
      this.thread = undefined;
      return undefined;
    }
  }

  /** Say what comes next, once it can be told; of a case that nothing was received of, there is nothing to tell. @param {Opened} opened @param {boolean} isKept @param {boolean} isForDocument */
  async outlook(opened, isKept, isForDocument) {
    const steps = this.root.querySelector('.steps');
    const parts = steps && !opened.handed ? await import('./case-outlook.js').then(({ outlook }) => outlook(opened, { isKept, isForDocument })).catch(() => []) : [];
    await letGo(this.root);
    steps?.before(...parts);
  }

  /** @param {Opened} opened @param {Row[]} rows @param {{isKept: boolean, isAlone: boolean, isForDocument: boolean}} what `isAlone`: to be linked with no phone */
  actions(opened, rows, { isKept, isAlone, isForDocument }) {
    const isUnsent = rows.some(({ id, state }) => state !== 'done' && !isMessage(id));
    const isAsked = opened.step === 'perlu_perbaikan' && !isUnsent;
    // What is corrected comes to lie on this phone anyway: then whole, with what it replaces.
    const whole = async () => (isKept ? openCase(opened.case) : fetchCase(this.code, { keep: true }));
    const correct = async () => location.assign(await correctionUrl(await whole()));
    /** @param {string} name @param {string} label @param {() => unknown} act */
    const plain = (name, label, act) => button(label, act, { class: 'button button-plain', 'data-action': name });
    return [
      element('div', { class: 'cluster' },
        ENDED.includes(opened.step) || opened.handed || isAlone ? null
          : button(text('app.case.correct'), () => this.attempt(correct, { isOpen: true }), { class: `button${isAsked ? '' : ' button-plain'}`, 'data-correct': true }),
        isKept && isForDocument && !ENDED.includes(opened.step) && !opened.handed
          ? element('a', { class: 'button button-plain', href: `/${language()}/booking#c=${opened.case}` }, text('app.case.booking')) : null,
        isKept || isAlone ? null : plain('keep', text('app.case.keep'), () => this.fetch({ keep: true })),
        isKept ? null : plain('ask-again', text('app.case.ask-again'), () => this.fetch())),
    ];
  }

  /** The receipt; a volunteer gives the code away and says so. @param {Opened} opened @param {Row[]} rows @param {boolean} isKept */
  async holding(opened, rows, isKept) {
    const isGiven = opened.handed || (isKept && (await openVault()).device);
    return [
      opened.handed ? null : await this.receipt(opened, rows, isKept),
      isGiven ? await (await import('./hand-out.js')).handOutPart(opened) : null,
    ].filter((part) => part !== null);
  }

  /** @param {Opened} opened @param {Row[]} rows @param {boolean} isKept */
  async receipt({ shown, number, case: id, versions }, rows, isKept) {
    if (!isKept) return element('p', { class: 'quiet' }, text('app.case.not-kept'));
    const [{ receipt }, { name, origin }] = await Promise.all([import('./receipt.js'), office()]);
    const last = rows.findLast((row) => !isMessage(row.id));
    const at = last?.done ?? last?.at ?? (versions.findLast(({ type }) => type !== 'message')?.at ?? 0) * 1000;
    const node = receipt({
      case: id, shown, number, origin, office: name, state: last?.state ?? 'done', reason: last?.reason ?? null, at,
    });
    node.querySelector('a')?.remove(); // it leads here
    return node;
  }

  /** @param {string} id @param {Row[]} rows */
  forget(id, rows) {
    const isUnsent = rows.some(({ state }) => state !== 'done');
    const act = async () => {
      await forgetCase(id);
      location.assign(`/${language()}/mine`);
    };
    const question = text(isUnsent ? 'app.case.forget.unsent' : 'app.case.forget.sure');
    return confirmButton({ label: text('app.case.forget'), question, act });
  }

  /** Run what may fail, and say in words what did; what is open stays open under a storage that fails. @param {() => unknown} act */
  async attempt(act, { isOpen = false } = {}) {
    try {
      await act();
    } catch (error) {
      const key = wordOf(error);
      if (!key || (isOpen && error instanceof StorageError)) throw error;
      const again = this.code ? button(text('app.case.ask-again'), () => this.fetch()) : null;
      this.say(key, again);
    }
  }

  /** @param {string} key @param {HTMLElement | null} [more] */
  say(key, more = null) {
    this.root.replaceChildren(
      element('h1', {}, text('app.case.title')), element('p', { role: 'status' }, text(key)),
      element('div', { class: 'cluster' }, more,
        element('a', { class: 'button button-plain', href: `/${language()}/track` }, text('app.case.track')),
        element('a', { class: 'button button-plain', href: `/${language()}/mine` }, text('app.case.mine'))),
    );
  }
}

/** Whether a case is about a document: by its form, or, where that is not at hand, by its type. @param {Opened} opened */
const asksFor = ({ service, versions }) =>
  loadForm(service).then(({ form }) => asksForDocument(form), () => versions[0]?.type === 'application');

/** What a complaint has beside; a phone that does not have that part yet shows the rest. @param {Opened} opened @param {Row[]} rows */
const complaintOf = (opened, rows) =>
  import('./complaint-part.js').then(async ({ complaintPart }) => [await complaintPart(opened, rows)]).catch(() => []);

/** @param {unknown} error */
function wordOf(error) {
  if (error instanceof CodeError) return `code.${error.reason}`;
  if (error instanceof NotFoundError) return 'code.unknown';
  if (error instanceof OfflineError) return 'app.exchange.offline';
  if (error instanceof NoOfficeError) return 'app.exchange.no-office';
  if (error instanceof ErasedError) return error.voided ? 'code.voided' : 'app.case.erased';
  if (error instanceof GoneError) return 'app.case.gone';
  if (error instanceof RangeError) return 'app.case.answers.closed';
  if (error instanceof StorageError) return storageTrouble(error);
  if (error instanceof VaultError) return `app.mine.problem.${error.reason}`;
  return error instanceof RootChangedError ? 'app.state.root-changed' : undefined;
}

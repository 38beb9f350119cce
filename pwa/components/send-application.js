/** From a form without faults to a receipt: the last look, the sealing, and the outbox. */

import { read } from '../db.js';
import { ChangedError, ErasedError, GoneError, NoOfficeError, RootChangedError, StorageError, storageTrouble } from '../device-errors.js';
import { showCode, spokenNumber } from '../crypto/receipt-code.js';
import { element } from '../element.js';
import { commit, listOutbox, prepare } from '../outbox.js';
import { asksForDocument, office } from '../pins.js';
import { language, text } from '../text.js';
import { openVault } from '../vault.js';
import { reviewPage, setReady, showCost, showTrouble } from './form-review.js';
import { receipt, updateReceipt } from './receipt.js';

/** @typedef {import('../outbox.js').Prepared} Prepared */
/**
 * @typedef {{root: HTMLFormElement, draft: import('./form-draft.js').FormDraft, leave(): void,
 *   loaded: import('./form-judge.js').Loaded} & Omit<import('./form-review.js').Reviewed, 'form'>} Sending
 */

const SOON = 400; // milliseconds until a send has usually begun
const LATEST = 10_000; // milliseconds after which what is still to be told above the button stays away

/**
 * Show the last look and do what its buttons say. The form stays behind it as it was.
 * @param {Sending} sending
 */
export async function sendApplication(sending) {
  const { root, loaded } = sending;
  const main = /** @type {HTMLElement} */ (root.closest('main'));
  const behind = /** @type {HTMLElement[]} */ ([...main.children]).filter((part) => !part.hidden);
  /** @type {import('./wish-part.js').Wished | undefined} */
  let wished;
  const back = () => history.back();
  const page = reviewPage({ ...sending, form: loaded.form }, { send, back });

  async function send() {
    setReady(page, false);
    try {
      const { photos } = await sealed;
      const prepared = wished?.wish().length ? { ...(await seal()), photos } : await sealed;
      await commit(prepared);
      await wished?.keep(prepared.case);
      window.removeEventListener('popstate', close);
      sending.leave();
      await showReceipt(main, prepared, sending.answers, () => root.isConnected);
    } catch (error) {
      showTrouble(page, trouble(error), ...links(error));
      setReady(page, error instanceof StorageError); // what is sealed stays good until there is room
      /** @type {HTMLElement} */ (page.querySelector('[data-action=send]')).focus();
    }
  }

  function close() {
    window.removeEventListener('popstate', close);
    page.remove();
    for (const part of behind) part.hidden = false;
    /** @type {HTMLElement | null} */ (root.querySelector('[data-action=review]'))?.focus();
  }

  for (const part of behind) part.hidden = true;
  main.append(page);
  // The phone's own back button leads back to the form.
  history.pushState({ review: true }, '');
  window.addEventListener('popstate', close);
  page.querySelector('h1')?.focus();
  scrollTo(0, 0);
  // Only for a document there are papers to bring.
  if (asksForDocument(loaded.form)) void import('./checklist-view.js').then(async ({ checklistButton }) =>
    page.querySelector('.cluster')?.append(await checklistButton(async () => ({ form: loaded.form, answers: sending.answers }))),
  () => {});
  // What is looked over here is what is sealed, and not what another tab makes of the draft meanwhile.
  const looked = consented(sending, page, back).then(() => sending.draft.load());
  const seal = async () => prepare(await looked, loaded, await office(), wished?.wish());
  const begin = () => {
    const begun = seal();
    begun.then((prepared) => tell(page, prepared, wish()), (error) => {
      page.querySelector('[data-cost]')?.replaceChildren();
      showTrouble(page, trouble(error), ...links(error));
      // What was not here yet, the office's key or a part of the app, may come with the signal.
      document.addEventListener('rantau:exchanged', () => page.isConnected && (sealed = begin()), { once: true });
    });
    return begun;
  };
  const wish = async () => {
    if (!asksForDocument(loaded.form) || !(await read('meta', 'offers'))) return;
    wished = await (await import('./wish-part.js')).wishPart(page, loaded.form.service);
  };
  let sealed = begin();
}

/** Say what it costs, and let it be sent once all stands. @param {HTMLElement} page @param {Prepared} prepared @param {Promise<void>} wish */
async function tell(page, prepared, wish) {
  showCost(page, prepared.bytes);
  const told = import('./send-cost.js').then(({ tellCost }) => tellCost(page, prepared));
  await Promise.race([Promise.allSettled([told, wish]), new Promise((resolve) => setTimeout(resolve, LATEST))]);
  setReady(page, true);
}

/**
 * On a volunteer's phone the person whose application it is agrees first.
 * @param {Sending} sending @param {HTMLElement} page @param {() => void} back
 */
async function consented({ draft, loaded: { form } }, page, back) {
  const [{ device }, found] = await Promise.all([openVault(), draft.load()]);
  if (!device || found.consent || found.case || !asksForDocument(form)) return; // who complains may be nobody
  const asking = await import('../day/late-consent.js').catch(() => undefined); // without it, the office asks
  await asking?.askConsent(page, found, back);
}

/** @param {unknown} error */
function trouble(error) {
  if (error instanceof GoneError) return 'app.form.gone';
  if (error instanceof ChangedError) return 'app.form.saved-elsewhere';
  if (error instanceof ErasedError) return `app.case.draft.${error.voided ? 'voided' : 'erased'}`;
  if (error instanceof NoOfficeError) return 'app.form.no-office';
  if (error instanceof StorageError) return storageTrouble(error);
  return error instanceof RootChangedError ? 'app.form.root-changed' : 'app.form.not-sealed';
}

/** @param {unknown} error */
const links = (error) =>
  error instanceof GoneError || error instanceof ErasedError ? [element('a', { href: `/${language()}/mine` }, text('app.state.show'))] : [];

/**
 * @param {HTMLElement} main @param {Prepared} prepared @param {Record<string, any>} answers
 * @param {() => boolean} isHere false on a page that was locked
 */
async function showReceipt(main, prepared, answers, isHere) {
  const { name, origin } = await office();
  const [shown, number] = await Promise.all([showCode(prepared.code), spokenNumber(prepared.case)]);
  if (!isHere()) return;
  const title = element('h1', { tabindex: -1 }, text('app.receipt.title'));
  const node = receipt({ case: prepared.case, shown, number, origin, office: name, state: 'waiting', reason: null });
  main.replaceChildren(title, node);
  // A reload shows the case and never the empty form; of what this phone does not keep nothing stays in the address.
  history.replaceState(null, '', `/${language()}/${prepared.alone ? 'mine' : `case#c=${prepared.case}`}`);
  if (prepared.alone || prepared.version.type === 'complaint') {
    void import('./complaint-receipt.js').then(({ completeReceipt }) => completeReceipt(node, prepared, answers)).catch(() => {});
  }
  title.focus();
  scrollTo(0, 0);
  let isTaken = false; // of what goes alone nothing stays here once its last picture is there
  const look = async (/** @type {any} */ heard) => {
    const item = (await listOutbox()).find(({ id }) => id === prepared.version._id);
    isTaken ||= item?.state === 'photos';
    if (item) updateReceipt(node, { state: item.state, reason: item.reason });
    else if (isTaken || heard?.detail?.done?.includes(prepared.version._id)) updateReceipt(node, { state: 'done', reason: null });
  };
  for (const change of ['exchanged', 'stored']) document.addEventListener(`rantau:${change}`, (event) => void look(event));
  setTimeout(() => void look(null), SOON);
  if (!prepared.version.device) return;
  const part = await (await import('./hand-out.js')).handOutPart(prepared);
  if (node.isConnected) node.after(part);
}

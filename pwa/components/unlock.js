/** The question for a profile's passphrase or PIN. It stands in the page's place until the right one comes. */

import { StorageError, VaultError, storageTrouble } from '../device-errors.js';
import { button, element } from '../element.js';
import { DerivationError } from '../passphrase/derive-key.js';
import { listProfiles, unlockProfile, useProfile } from '../profiles.js';
import { loadMore, text } from '../text.js';
import { WaitError, oneTry } from '../tries.js';
import { OWN } from '../vault.js';
import { secretInput } from './passphrase-form.js';

/** @typedef {import('../vault.js').Vault} Vault */
/** @typedef {import('../profiles.js').Profile} Profile */

/** @type {Promise<Vault> | undefined} */
let asked;

/** Ask the person of a profile, once however many wait for it. @param {string} id @returns {Promise<Vault>} */
export function askToUnlock(id) {
  asked ??= ask(id).finally(() => (asked = undefined));
  return asked;
}

/** @param {string} id @returns {Promise<Vault>} */
async function ask(id) {
  await loadMore('profile').catch(() => {});
  const profiles = await listProfiles();
  const main = document.querySelector('main') ?? document.body;
  const behind = /** @type {HTMLElement[]} */ ([...main.children]).filter((part) => !part.hidden);
  const focused = /** @type {HTMLElement | null} */ (main.contains(document.activeElement) ? document.activeElement : main.querySelector('h1'));
  for (const part of behind) part.hidden = true;
  return new Promise((resolve) => {
    const page = unlockPage(id, profiles, (vault) => {
      page.remove();
      for (const part of behind) part.hidden = false;
      if (focused?.localName === 'h1') focused.tabIndex = -1;
      focused?.focus();
      resolve(vault);
    });
    main.append(page);
    page.querySelector('input')?.focus();
  });
}

/** @param {string} id @param {Profile[]} profiles @param {(vault: Vault) => void} done @returns {HTMLElement} */
function unlockPage(id, profiles, done) {
  const isPin = id === OWN;
  const kind = isPin ? 'pin' : 'passphrase';
  const input = secretInput('secret', isPin, 'secret-error');
  const error = element('p', { id: 'secret-error', class: 'error', role: 'alert' });
  const state = element('p', { role: 'status' });
  const ways = element('div', { class: 'stack near' });
  let isBusy = false;

  async function submit(/** @type {SubmitEvent} */ event) {
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    error.textContent = '';
    state.textContent = text('profile.busy');
    try {
      done(await oneTry(id, () => unlockProfile(id, input.value)));
    } catch (failure) {
      error.textContent = secretTrouble(failure, kind);
      if (isBroken(failure)) ways.replaceChildren(...(await handing(id)));
      input.select();
      input.focus();
    } finally {
      isBusy = false;
      state.textContent = '';
    }
  }

  const forgotten = async () => {
    const { forgottenPage } = await import('./forgotten.js');
    const asking = [...root.childNodes];
    root.replaceChildren(forgottenPage(id, isPin, () => (root.replaceChildren(...asking), input.focus())));
    root.querySelector('h1')?.focus();
  };
  const root = element('section', { class: 'stack', 'data-unlock': id },
    element('h1', {}, titleOf(id, profiles)),
    element('p', {}, text(`profile.${kind}.means`)),
    element('form', { class: 'stack', novalidate: true, autocomplete: 'off', submit },
      element('div', { class: 'field' }, element('label', { for: 'secret' }, text(`profile.${kind}`)), error, input),
      element('button', { class: 'button' }, text('profile.unlock')), state),
    ways,
    element('p', {}, button(text(`profile.${kind}.forgotten`), forgotten, { class: 'button button-plain', 'data-forgotten': true })),
    others(id, profiles));
  return root;
}

/** @param {unknown} error */
const isBroken = (error) => error instanceof VaultError && ['key-missing', 'damaged'].includes(error.reason);

/** Why a PIN or passphrase opened nothing, in words; throws what is no such thing. @param {unknown} error @param {'pin' | 'passphrase'} kind */
export function secretTrouble(error, kind) {
  if (error instanceof WaitError) return text('profile.wait', { seconds: error.seconds });
  if (error instanceof DerivationError) return text('profile.problem.not-here');
  if (error instanceof StorageError) return text('profile.problem.storage', { reason: text(storageTrouble(error)) });
  if (!(error instanceof VaultError)) throw error;
  return text(error.reason === 'wrong-passphrase' ? `profile.${kind}.wrong` : `profile.problem.${error.reason}`);
}

/** What can still be done for a profile that no passphrase opens. @param {string} id @returns {Promise<HTMLElement[]>} */
async function handing(id) {
  const [{ handOver }, { renewal }] = await Promise.all([import('./forgotten.js'), import('./problem-card.js')]);
  return [await handOver(id), await renewal(() => location.reload())].filter((part) => part !== null);
}

/** @param {string} id @param {Profile[]} profiles */
function titleOf(id, profiles) {
  if (id === OWN) return text('profile.locked.own');
  return text('profile.locked', { name: nameOf(profiles.find((profile) => profile.id === id) ?? { id, name: null }) });
}

/** @param {{id: string, name: string | null}} profile */
export const nameOf = ({ id, name }) => (id === OWN ? text('profile.own') : name ?? text('profile.nameless', { id: id.slice(1, 5) }));

/** The other people of this phone. @param {string} id @param {Profile[]} profiles */
function others(id, profiles) {
  const locked = profiles.filter((profile) => profile.id !== id);
  const rest = id === OWN || locked.some((profile) => profile.id === OWN) ? locked : [{ id: OWN, name: null }, ...locked];
  if (!rest.length) return null;
  const buttons = rest.map((profile) =>
    button(nameOf(profile), async () => {
      await useProfile(profile.id, locked.some((each) => each.id === profile.id));
      location.assign(location.pathname);
    }, { class: 'button button-plain', 'data-profile': profile.id }));
  return element('section', { class: 'stack near' }, element('h2', {}, text('profile.others')), element('div', { class: 'cluster' }, ...buttons));
}

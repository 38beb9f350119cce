/** Who is using this phone: whose profile is open, the others, the owner's PIN, and what was set aside. */

import { listAside } from '../aside.js';
import { button, element } from '../element.js';
import { currentProfile, hasPin, listProfiles, lock, useProfile } from '../profiles.js';
import { removePin, setPin } from '../pin.js';
import { hadAnother } from '../reopen.js';
import { keepPacks } from '../sw-bridge.js';
import { loadMore, text } from '../text.js';
import { OWN, openVault } from '../vault.js';
import { asidePart } from './aside-part.js';
import { confirmButton } from './confirm-button.js';
import { passphraseForm, unchangedBecause } from './passphrase-form.js';
import { nameOf } from './unlock.js';

/** @returns {Promise<HTMLElement>} */
export async function profilePanel() {
  await loadMore('profile').catch(() => {});
  await openVault().catch(() => {}); // one that is locked asks; one that is broken is told of above
  const [{ id, name, device }, profiles, isPinned, aside, hadOther] = await Promise.all([currentProfile(), listProfiles(), hasPin(), listAside(), hadAnother()]);
  const isLocked = id !== OWN || isPinned;
  /** @type {(said: string) => Promise<void>} */
  const renew = (said) => renewPanel(panel, said);
  /** @type {HTMLElement} */
  const panel = element('section', { class: 'stack', 'data-profile-panel': id, 'aria-labelledby': 'profile-title' },
    element('h2', { id: 'profile-title', tabindex: -1 }, text('profile.title')),
    element('p', { role: 'status' }),
    element('p', {}, text('profile.in-use', { name: nameOf({ id, name }) }), device ? ` (${device})` : null),
    element('div', { class: 'cluster' }, isLocked ? button(text('profile.lock'), () => lock(), { 'data-lock': true }) : null,
      ...others(id, profiles)),
    id === OWN ? pinPart(isPinned, renew) : null,
    aside.length ? asidePart(aside, { profile: id, hadOther, renew }) : null);
  return panel;
}

/** @param {string} id @param {import('../profiles.js').Profile[]} profiles */
function others(id, profiles) {
  const all = profiles.some((profile) => profile.id === OWN) ? profiles : [{ id: OWN, name: null }, ...profiles];
  return all.filter((profile) => profile.id !== id).map((profile) =>
    button(nameOf(profile), async () => {
      const isLocked = profiles.some((each) => each.id === profile.id);
      await lock();
      await useProfile(profile.id, isLocked);
      location.reload();
    }, { class: 'button button-plain', 'data-profile': profile.id }));
}

/** @param {boolean} isPinned @param {(said: string) => unknown} renew */
function pinPart(isPinned, renew) {
  const place = element('div', { class: 'stack' });
  const state = element('p', { role: 'status' });
  const act = async (/** @type {string} */ pin, /** @type {AbortSignal} */ signal) => {
    // Without what unlocks, a phone without a signal would lock its person out.
    if (!(await keepPacks('profile'))) return void (state.textContent = text('profile.problem.not-here'));
    await setPin(pin, signal);
    await renew(text('profile.pin.set'));
  };
  const form = () => {
    place.replaceChildren(passphraseForm({ isPin: true, label: text('profile.pin.do'), act }), state,
      element('p', {}, button(text('app.cancel'), () => renew(''), { class: 'button button-plain', 'data-cancel': true })));
    place.querySelector('input')?.focus();
  };
  const remove = async () => {
    try {
      await removePin();
    } catch (error) {
      state.textContent = unchangedBecause(error);
      return;
    }
    await renew(text('profile.pin.removed'));
  };
  const label = text('profile.pin.remove');
  place.append(
    button(text(isPinned ? 'profile.pin.change' : 'profile.pin.offer'), form, { class: 'button button-plain', 'data-pin': true }),
    ...(isPinned ? [confirmButton({ label, question: text('profile.pin.remove.sure'), act: remove }), state] : []));
  return element('section', { class: 'stack', 'aria-labelledby': 'pin-title' },
    element('h3', { id: 'pin-title' }, text('profile.pin')),
    element('p', {}, text('profile.pin.honest')), element('p', {}, text('profile.pin.lost')), place);
}

/** The panel as it is now; its heading has the focus, and what was done is said. @param {HTMLElement} old @param {string} said */
async function renewPanel(old, said) {
  const fresh = await profilePanel();
  old.replaceWith(fresh);
  fresh.querySelector('h2')?.focus();
  const status = fresh.querySelector('[role=status]');
  if (status) status.textContent = said;
}

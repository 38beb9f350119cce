/** Who is using this phone: whose profile is open, the others, the owner's PIN, and what was set aside. */

import { listAside } from '../aside.js';
import { button, element } from '../element.js';
import { handedDrafts, sealedFile } from '../handing.js';
import { currentProfile, hasPin, listProfiles, lock } from '../profiles.js';
import { removePin, setPin } from '../pin.js';
import { keepPacks } from '../sw-bridge.js';
import { loadMore, text } from '../text.js';
import { OWN, openVault, useProfile } from '../vault.js';
import { when } from '../words.js';
import { confirmButton } from './confirm-button.js';
import { passphraseForm } from './passphrase-form.js';
import { saveFile } from './save-file.js';
import { nameOf } from './unlock.js';

/** @returns {Promise<HTMLElement>} */
export async function profilePanel() {
  await loadMore('profile').catch(() => {});
  await openVault().catch(() => {}); // one that is locked asks; one that is broken is told of above
  const [{ id, name, device }, profiles, isPinned, aside] = await Promise.all([currentProfile(), listProfiles(), hasPin(), listAside()]);
  const isLocked = id !== OWN || isPinned;
  return element('section', { class: 'stack', 'data-profile-panel': id, 'aria-labelledby': 'profile-title' },
    element('h2', { id: 'profile-title' }, text('profile.title')),
    element('p', {}, text('profile.in-use', { name: nameOf({ id, name }) }), device ? ` (${device})` : null),
    element('div', { class: 'cluster' }, isLocked ? button(text('profile.lock'), () => lock(), { 'data-lock': true }) : null,
      ...others(id, profiles)),
    id === OWN ? pinPart(isPinned) : null,
    aside.length ? asidePart(aside, id) : null);
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

/** @param {boolean} isPinned */
function pinPart(isPinned) {
  const place = element('div', { class: 'stack' });
  const state = element('p', { role: 'status' });
  const act = async (/** @type {string} */ pin, /** @type {AbortSignal} */ signal) => {
    // Without what unlocks, a phone without a signal would lock its person out.
    if (!(await keepPacks('profile'))) return void (state.textContent = text('profile.problem.not-here'));
    await setPin(pin, signal);
    place.replaceChildren(element('p', { role: 'status' }, text('profile.pin.set')));
    await renew(place);
  };
  const form = () => place.replaceChildren(passphraseForm({ isPin: true, label: text('profile.pin.do'), act }), state);
  const remove = async () => {
    await removePin();
    location.reload();
  };
  const label = text('profile.pin.remove');
  place.append(
    button(text(isPinned ? 'profile.pin.change' : 'profile.pin.offer'), form, { class: 'button button-plain', 'data-pin': true }),
    ...(isPinned ? [confirmButton({ label, question: text('profile.pin.remove.sure'), yes: label, act: remove })] : []));
  return element('section', { class: 'stack', 'aria-labelledby': 'pin-title' },
    element('h3', { id: 'pin-title' }, text('profile.pin')),
    element('p', {}, text('profile.pin.honest')), element('p', {}, text('profile.pin.lost')), place);
}

/** The panel once more, as it is now. @param {HTMLElement} within */
async function renew(within) {
  const old = within.closest('[data-profile-panel]');
  old?.replaceWith(await profilePanel());
}

/** @param {Awaited<ReturnType<typeof listAside>>} rows @param {string} profile */
function asidePart(rows, profile) {
  const isHandable = rows.some(({ row }) => row.rescue);
  return element('details', { class: 'stack', 'data-aside': true },
    element('summary', {}, text('profile.aside', { count: rows.length })),
    element('p', {}, text('profile.aside.means')),
    isHandable ? element('p', {}, button(text('profile.hand-over.save'), async () => saveFile(await handedDrafts(profile), `rantau-${profile}.drafts.json`), { 'data-hand-over': true })) : null,
    element('ul', {}, ...rows.map(({ id, at, row }) => element('li', {}, when(at), ' ',
      button(text('app.mine.export'), () => saveFile(sealedFile(row), `${id}.json`), { class: 'button button-plain' })))));
}

/**
 * What is being written in a case and is not recorded yet: kept in this tab, sealed to the data key of a version as the note
 * itself will be, so that neither Escape nor the next case, a lock or a reload throws it away. Without an officer's key
 * nobody reads it, and of an erased case nobody at all.
 */

import { b64uDecode, b64uEncode } from '../crypto/canonical.js';
import { openNote, sealNote } from '../crypto/events.js';

/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {{id: string, versions: OpenedVersion[], leaves: OpenedVersion[]}} Opened */

const NAME = 'rantau-note.'; // and login, case and place, in the tab's storage
const NUMBER = 0;

export class NoteDraft {
  /** @param {Opened} opened @param {string} login whose it is @param {string} place where in the case it is written */
  constructor(opened, login, place) {
    this.opened = opened;
    this.name = `${NAME}${login}.${opened.id}.${place}`;
    this.context = `draft.${opened.id}`; // of no note that is recorded
    this.turn = 0;
  }

  /** Give what was kept; empty where nothing was, or it does not open. */
  async open() {
    const { on, sealed } = JSON.parse(sessionStorage.getItem(this.name) ?? '{}');
    const dek = this.opened.versions.find(({ v }) => v === on)?.dek;
    const text = dek && (await openNote(b64uDecode(sealed), dek, this.context, NUMBER).catch(() => null));
    return text || '';
  }

  /** Keep it in place of what was kept; the newest wins. @param {string} text */
  async keep(text) {
    const turn = ++this.turn;
    const key = this.opened.leaves.find(({ dek }) => dek);
    if (!key?.dek) return;
    const sealed = b64uEncode(await sealNote(text, key.dek, this.context, NUMBER));
    if (turn === this.turn) sessionStorage.setItem(this.name, JSON.stringify({ on: key.v, sealed }));
  }

  /** Forget it: it was recorded, or taken back. */
  drop() {
    this.turn++;
    sessionStorage.removeItem(this.name);
  }
}

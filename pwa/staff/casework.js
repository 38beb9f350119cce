/**
 * What officers keep with a case for themselves: notes, and which papers somebody has seen. It is sealed to the data key of
 * a version, as steps' notes are, under a number that no step has; the applicant is never sent it. Erasing the case leaves
 * nobody able to read it.
 */

import { b64uDecode, b64uEncode } from '../crypto/canonical.js';
import { openNote, sealNote } from '../crypto/events.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {Pick<import('./open-case.js').RawCase, 'work' | 'heard'>} Told what the office told of it, and when */
/** @typedef {import('./staff-api.js').Kept} Kept */
/** @typedef {[login: string, at: number, text: string]} Note */
/** @typedef {{notes: Note[], papers: Record<string, [login: string, at: number]>}} Content */

const NUMBER = 0; // steps begin at 1
const TRIES = 4; // times that somebody else may come in between
/** @returns {Content} */
const nothing = () => ({ notes: [], papers: {} });

/**
 * Open what is kept with a case, and the notes that were under codes that were voided.
 * @param {import('./open-case.js').RawCase} raw @param {import('./open-case.js').OpenedCase} opened
 * @param {import('./staff-api.js').StaffApi} api
 */
export async function openCasework(raw, opened, api) {
  const own = new Casework(opened, raw, api);
  await own.open();
  const before = opened.former.map(async ({ id, versions }) => {
    const told = raw.former?.find((one) => one.case === id) ?? {};
    const work = new Casework({ id, versions, leaves: [] }, told, api);
    await work.open();
    return work.content.notes;
  });
  return { work: own, notesBefore: (await Promise.all(before)).flat() };
}

export class Casework {
  /**
   * @param {{id: string, versions: OpenedVersion[], leaves: OpenedVersion[]}} opened
   * @param {Told} told what is remembered of the case, kept as the office tells it @param {import('./staff-api.js').StaffApi} api
   */
  constructor(opened, told, api) {
    this.opened = opened;
    this.told = told;
    this.api = api;
    this.content = nothing();
    this.isShut = false;
  }

  /** Open what was kept. */
  async open() {
    const { opened, kept } = this;
    this.content = nothing();
    this.isShut = false;
    if (!kept?.sealed) return;
    const dek = opened.versions.find(({ v }) => v === kept.on)?.dek;
    const text = dek && (await openNote(b64uDecode(kept.sealed), dek, opened.id, NUMBER).catch(() => null));
    this.isShut = !text;
    if (text) this.content = { ...nothing(), ...JSON.parse(text) };
  }

  /** @returns {Kept | null} */
  get kept() {
    return this.told.work ?? null;
  }

  set kept(work) {
    Object.assign(this.told, { work, heard: Math.floor(Date.now() / 1000) });
  }

  /** @returns {string | null} the officer's login */
  get assigned() {
    return this.kept?.assigned ?? null;
  }

  /** Whether anything can be written: to some version's key. */
  get isOpen() {
    return Boolean(this.#key());
  }

  /**
   * Say who works on it; whether that is kept: where a colleague took it meanwhile it is not, and `assigned` says who.
   * @param {string | null} wanted
   */
  async assign(wanted) {
    const seen = this.assigned;
    let isOthers = false;
    await this.#keep((content) => content, (stands) => {
      if (stands === seen || stands === null) return wanted;
      isOthers = stands !== wanted;
      return undefined;
    });
    return !isOthers;
  }

  /** @param {Note} note */
  addNote(note) {
    return this.#keep((content) => ({ ...content, notes: [...content.notes, note] }));
  }

  /** @param {string} name @param {[login: string, at: number] | null} seen */
  tick(name, seen) {
    return this.#keep(({ notes, papers: { [name]: _, ...papers } }) =>
      ({ notes, papers: seen ? { ...papers, [name]: seen } : papers }));
  }

  #key() {
    return this.opened.leaves.find(({ dek }) => dek);
  }

  /**
   * Change what is kept; when somebody else did so meanwhile, the change is made to theirs.
   * @param {(content: Content) => Content} change
   * @param {(assigned: string | null) => string | null | undefined} [assign] undefined leaves everything as it stands
   */
  async #keep(change, assign = (assigned) => assigned) {
    for (let tries = TRIES; ; tries -= 1) {
      const assigned = assign(this.assigned);
      if (assigned === undefined) return;
      const body = { rev: this.kept?.rev ?? null, assigned, ...(await this.#sealed(change(this.content))) };
      try {
        this.kept = await this.api.keepWork(this.opened.id, body);
        await this.open();
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409 || tries === 0) throw error;
        this.kept = error.body.work;
        await this.open();
      }
    }
  }

  /** What cannot be read now stays as it is. @param {Content} content */
  async #sealed(content) {
    if (this.isShut) return { on: this.kept?.on ?? null, sealed: this.kept?.sealed ?? null };
    const key = this.#key();
    const isEmpty = content.notes.length === 0 && Object.keys(content.papers).length === 0;
    if (isEmpty || !key?.dek) return { on: null, sealed: null };
    return { on: key.v, sealed: b64uEncode(await sealNote(JSON.stringify(content), key.dek, this.opened.id, NUMBER)) };
  }
}

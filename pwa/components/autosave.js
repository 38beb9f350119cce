/** When to save what is typed: a moment after the last key, and however long somebody types without a pause. */

const QUIET = 300; // milliseconds after the last key
const LONGEST = 900; // milliseconds that anything typed may wait

export class Autosave {
  /** @param {() => void} save */
  constructor(save) {
    this.save = save;
    /** When the first key came that is not saved yet. @type {number | null} */
    this.since = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Note that something was typed. */
  changed(now = Date.now()) {
    this.since ??= now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), Math.max(Math.min(QUIET, this.since + LONGEST - now), 0));
  }

  /** Save now if anything was typed since the last time. */
  flush() {
    clearTimeout(this.timer);
    if (this.since === null) return;
    this.since = null;
    this.save();
  }
}

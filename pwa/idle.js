/**
 * Notices that nobody is at the desk. A computer that slept has been idle all that time, whatever its timers say: they
 * stood still, and what was left of them passes once more before they say anything.
 */

const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'focus', 'visibilitychange'];
const OFTEN = 5_000; // milliseconds that what is open may stay on the screen of a computer that has just woken

export class Idle {
  /** @param {number} limit milliseconds @param {() => void} onIdle */
  constructor(limit, onIdle) {
    this.limit = limit;
    this.onIdle = onIdle;
    this.last = 0;
    this.timer = 0;
  }

  start() {
    this.stop();
    this.last = Date.now();
    for (const sign of SIGNS) window.addEventListener(sign, this.#notice, { capture: true, passive: sign !== 'keydown' });
    this.#look();
  }

  stop() {
    for (const sign of SIGNS) window.removeEventListener(sign, this.#notice, { capture: true });
    clearTimeout(this.timer);
  }

  #notice = (/** @type {Event} */ event) => {
    if (this.#left() > 0) return void (this.last = Date.now());
    // The key that wakes a computer presses nothing; what a pointer is over is out of sight before it is let go.
    if (event.type === 'keydown') {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    this.#end();
  };

  #look = () => {
    const left = this.#left();
    if (left > 0) this.timer = window.setTimeout(this.#look, Math.min(left, OFTEN));
    else this.#end();
  };

  /** Of the limit. A clock that is set back makes it begin anew, and no longer. */
  #left() {
    this.last = Math.min(this.last, Date.now());
    return this.last + this.limit - Date.now();
  }

  #end() {
    this.stop();
    this.onIdle();
  }
}

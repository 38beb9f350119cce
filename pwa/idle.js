/** Notices that nobody is at the desk. A computer that slept has been idle all that time, whatever its timers say. */

const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'focus', 'visibilitychange'];

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
    for (const sign of SIGNS) window.addEventListener(sign, this.#notice, { capture: true, passive: true });
    this.timer = window.setTimeout(this.#look, this.limit);
  }

  stop() {
    for (const sign of SIGNS) window.removeEventListener(sign, this.#notice, { capture: true });
    clearTimeout(this.timer);
  }

  #notice = () => {
    if (Date.now() - this.last >= this.limit) this.#end();
    else this.last = Date.now();
  };

  #look = () => {
    const left = this.last + this.limit - Date.now();
    if (left > 0) this.timer = window.setTimeout(this.#look, left);
    else this.#end();
  };

  #end() {
    this.stop();
    this.onIdle();
  }
}

/** The clock of a computer that can sleep: it goes on meanwhile, and timers stand still. */

const STEP = 1000; // milliseconds

/** @param {import('node:test').TestContext} t */
export function clockOf(t) {
  let now = 1_000_000_000_000;
  t.mock.method(Date, 'now', () => now);
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  return {
    /** @param {number} time in milliseconds, whole seconds */
    wait(time) {
      for (let left = time; left > 0; left -= STEP) {
        now += STEP;
        t.mock.timers.tick(STEP);
      }
    },
    /** @param {number} time in milliseconds; less than none where the clock is set back */
    sleep(time) {
      now += time;
    },
  };
}

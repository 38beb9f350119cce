/** How long an answer is waited for; not every browser has `AbortSignal.any` and `AbortSignal.timeout`. */

/**
 * Do what needs an answer; it is cut off after so long, or when `signal` says so.
 * @template T
 * @param {number} milliseconds @param {(signal: AbortSignal) => Promise<T>} work @param {AbortSignal} [signal]
 */
export async function within(milliseconds, work, signal) {
  const { cutter, wait, stop } = stopwatch(signal);
  wait(milliseconds);
  return work(cutter.signal).finally(stop);
}

/** What cuts off after the last `wait`, or when `signal` says so. @param {AbortSignal} [signal] */
export function stopwatch(signal) {
  const cutter = new AbortController();
  const cut = () => cutter.abort();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const wait = (/** @type {number} */ milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(cut, milliseconds);
  };
  const stop = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cut);
  };
  signal?.addEventListener('abort', cut);
  if (signal?.aborted) cut();
  return { cutter, wait, stop };
}

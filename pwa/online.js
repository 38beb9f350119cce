/** Online is what answered as our server does; a portal of a shop or a carrier answers 200 to anything. */

const PONG = /^rantau ([a-z2-7]{8})\n$/;
const PATIENCE = 20_000; // milliseconds; at 2G a round trip takes one or two seconds

/**
 * Ask the server, ours or the hub of another origin, for a sign of life; gives its public revision, or null.
 * @returns {Promise<string | null>}
 */
export async function ping(origin = '', patience = PATIENCE) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const options = /** @type {const} */ ({ cache: 'no-store', credentials: 'omit', redirect: 'error' });
    const answer = await fetch(`${origin}/ping`, { ...options, signal: stop.signal });
    return PONG.exec(await answer.text())?.[1] ?? null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

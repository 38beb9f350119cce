/**
 * WebKit keeps a page that is left for the way back, in the middle of what it was doing to the database, and until it
 * drops that page every other one waits for it. So here nothing is left in the middle: what is not done when the page
 * goes is undone, and whoever wanted it tries again. Other browsers keep no such page.
 */

const SOON = 5_000; // milliseconds; what leads nowhere, such as a number to call, looks like leaving too

/** @type {Set<IDBTransaction>} */
const active = new Set();
let isLeaving = false;
let isGone = false;

/** Watch every transaction of this page. */
export function leaveNothingOpen() {
  const { prototype } = IDBDatabase;
  const begin = prototype.transaction;
  prototype.transaction = function transaction(...what) {
    if (isGone) throw new DOMException('the page is left', 'AbortError');
    const begun = begin.apply(this, what);
    active.add(begun);
    for (const end of ['complete', 'abort']) begun.addEventListener(end, () => active.delete(begun));
    return begun;
  };
  window.addEventListener('beforeunload', () => {
    isLeaving = true;
    setTimeout(() => (isLeaving = false), SOON);
  });
  // It is too late at `pagehide`.
  document.addEventListener('visibilitychange', goOrCome, { capture: true });
  window.addEventListener('pageshow', () => (isLeaving = isGone = false));
}

function goOrCome() {
  isGone = isLeaving && document.visibilityState === 'hidden';
  if (isGone) for (const begun of active) undo(begun);
}

/** @param {IDBTransaction} begun */
function undo(begun) {
  try {
    begun.abort();
  } catch {
    // It is being committed, and nothing stops that any more.
  }
}

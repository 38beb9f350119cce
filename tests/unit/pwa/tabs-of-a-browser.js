/** What several tabs of one browser share, for tests without one: its storage and its locks. */

/** As localStorage: its names are those of the object. */
export const newStorage = () => Object.create({
  getItem(name) { return this[name] ?? null; },
  setItem(name, value) { this[name] = String(value); },
  removeItem(name) { delete this[name]; },
});

/** As navigator.locks, asked with `ifAvailable`. */
export function newLocks() {
  const held = new Set();
  return {
    async request(name, _options, act) {
      if (held.has(name)) return act(null);
      held.add(name);
      try {
        return await act({ name });
      } finally {
        held.delete(name);
      }
    },
  };
}

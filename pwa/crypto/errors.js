/** What can go wrong here, one class a kind. */

/** A value that the formats cannot hold: a fault of the caller. */
export class FormatError extends Error {
  name = 'FormatError';
}

/** It does not open or verify. There is one such error and it says nothing more. */
export class OpenError extends Error {
  name = 'OpenError';
}

/** What a person typed is not a receipt code; `reason` is `alphabet`, `length` or `check`. */
export class CodeError extends Error {
  name = 'CodeError';

  /** @param {'alphabet' | 'length' | 'check'} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Run what opens or verifies something, and turn every failure into the one error.
 * @template T
 * @param {() => Promise<T>} attempt
 * @returns {Promise<T>}
 */
export async function opening(attempt) {
  try {
    return await attempt();
  } catch {
    throw new OpenError();
  }
}

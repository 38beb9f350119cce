/** What can go wrong on a device, one class a kind; none of these is ever a reason to delete anything. */

/** The browser's storage did not do it; `reason` is `full`, `unavailable`, `blocked` by an old page, `aborted`, or `dropped`. */
export class StorageError extends Error {
  name = 'StorageError';

  /** @param {'full' | 'unavailable' | 'blocked' | 'aborted' | 'dropped'} reason @param {unknown} [cause] */
  constructor(reason, cause) {
    super(reason, { cause });
    this.reason = reason;
  }
}

/**
 * What is encrypted on this device cannot be read; `reason` is `wrong-passphrase`, `key-missing`, `damaged`, `newer`, or
 * `forgotten` for what lies under a passphrase that was replaced.
 */
export class VaultError extends Error {
  name = 'VaultError';

  /** @param {'wrong-passphrase' | 'key-missing' | 'damaged' | 'newer' | 'forgotten'} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The profile in use waits for its passphrase or PIN, and nobody is to be asked for it now. */
export class LockedError extends Error {
  name = 'LockedError';
}

/** The draft or case is not here any more: deleted, or sent from another tab. */
export class GoneError extends Error {
  name = 'GoneError';
}

/** The office erased this case, or voided its code. */
export class ErasedError extends Error {
  name = 'ErasedError';

  constructor(voided = false) {
    super();
    this.voided = voided;
  }
}

/** The draft was saved again, in another tab, after what is now to be sent was read. */
export class ChangedError extends Error {
  name = 'ChangedError';
}

/** Nothing answered that is the office: no signal, a portal that asks for money, a server that is down. */
export class OfflineError extends Error {
  name = 'OfflineError';
}

/** This device never reached its office, so it knows no key to seal to. */
export class NoOfficeError extends Error {
  name = 'NoOfficeError';
}

/** What answered is signed by another root than the one pinned at the first contact. */
export class RootChangedError extends Error {
  name = 'RootChangedError';
}

/** The office has nothing under this code. */
export class NotFoundError extends Error {
  name = 'NotFoundError';
}

/** The key of what went wrong with storing. @param {unknown} error */
export const storageTrouble = (error) =>
  `app.form.storage.${error instanceof StorageError && !/aborted|dropped/.test(error.reason) ? error.reason : 'other'}`;

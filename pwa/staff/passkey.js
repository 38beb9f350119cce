/**
 * Passkeys of the browser, spoken of as the server does: bytes as base64url. Written out by hand, because browsers
 * that offices still have know passkeys but not their `toJSON`.
 */

import { b64uDecode, b64uEncode } from '../crypto/canonical.js';

/** Whether this browser has passkeys at all, and the page is one that may use them. */
export const hasPasskeys = () => 'PublicKeyCredential' in globalThis;

/**
 * Make a passkey for whoever is signed in; rejects when the person gives up or the device has one already.
 * @returns {Promise<string>} what the server checks
 */
export async function makePasskey() {
  const options = await optionsFrom('/staff/api/passkey');
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: b64uDecode(options.challenge),
      user: { ...options.user, id: b64uDecode(options.user.id) },
      excludeCredentials: options.excludeCredentials.map((/** @type {{id: string}} */ known) => ({
        ...known, id: b64uDecode(known.id),
      })),
    },
  });
  const { response, ...passkey } = parts(made);
  const { attestationObject } = /** @type {AuthenticatorAttestationResponse} */ (response);
  return JSON.stringify({ ...passkey, response: { ...asked(response), attestationObject: text(attestationObject) } });
}

/**
 * Let a passkey sign that its holder sits here; rejects when the person gives up.
 * @returns {Promise<string>} what the server checks
 */
export async function usePasskey() {
  const options = await optionsFrom('/staff/login/passkey');
  const used = await navigator.credentials.get({ publicKey: { ...options, challenge: b64uDecode(options.challenge) } });
  const { response, ...passkey } = parts(used);
  const { authenticatorData, signature } = /** @type {AuthenticatorAssertionResponse} */ (response);
  const signed = { ...asked(response), authenticatorData: text(authenticatorData), signature: text(signature) };
  return JSON.stringify({ ...passkey, response: signed });
}

/** @param {string} path */
async function optionsFrom(path) {
  const answer = await fetch(path, { cache: 'no-store' });
  if (!answer.ok) throw new DOMException(`${path}: ${answer.status}`, 'NetworkError');
  return answer.json();
}

/** @param {Credential | null} credential */
function parts(credential) {
  const { id, rawId, type, response } = /** @type {PublicKeyCredential} */ (credential);
  return { id, rawId: text(rawId), type, response };
}

/** @param {AuthenticatorResponse} response */
const asked = ({ clientDataJSON }) => ({ clientDataJSON: text(clientDataJSON) });

/** @param {ArrayBuffer} bytes */
const text = (bytes) => b64uEncode(new Uint8Array(bytes));

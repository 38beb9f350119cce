/** How long a send takes, said beside what it costs: by what the link did lately, round trips and all. */

import { chunkAt } from '../images/uploader.js';
import { CONNECTION } from '../outbox.js';
import { text } from '../text.js';

/** @typedef {import('../outbox.js').Prepared} Prepared */
/** @typedef {{bytes: number, requests: number}} Load bytes of the bodies alone: what else a request sends is in its round trip */
/** @typedef {import('../images/link-speed.js').Link} Link */

const HEAD = 600; // bytes of a request's head, which are in a round trip as it is measured, and not in that which opens a connection
const FEW = 10_000; // bytes, whose time is that of the round trips above all
const LONG = 90; // seconds from which on it is told in minutes

/** The text's, on a new connection: the one on which the form came is closed by now. @param {number} bytes @returns {Load} */
export const textLoad = (bytes, isTls = location.protocol === 'https:') =>
  isTls ? { bytes: bytes + CONNECTION, requests: 3 } : { bytes: bytes - HEAD, requests: 2 };

/** Each photo is announced, and goes in chunks. @param {Pick<Prepared, 'files'>['files']} files @param {number | null} rate @returns {Load} */
export const photosLoad = (files, rate) => files.reduce((sum, { bytes: { length } }) =>
  ({ bytes: sum.bytes + length, requests: sum.requests + 1 + Math.ceil(length / chunkAt(rate)) }), { bytes: 0, requests: 0 });

/** @param {Load} load @param {{rate: number, roundTrip: number}} link bytes a second, and milliseconds */
export const secondsOf = ({ bytes, requests }, { rate, roundTrip }) => bytes / rate + (requests * roundTrip) / 1000;

/** Where nothing has gone up yet that tells, of a few kilobytes how long at least. @param {Load} load @param {Link} measured */
export function timeOf(load, { rate, roundTrip }) {
  const seconds = Math.ceil(secondsOf(load, { rate: rate ?? Infinity, roundTrip: roundTrip ?? 0 }));
  if (!seconds || (!rate && load.bytes > FEW)) return '';
  const time = seconds < LONG ? text('cost.seconds', { n: seconds }) : text('cost.minutes', { n: Math.ceil(seconds / 60) });
  return ` – ${text(rate && roundTrip ? 'cost.time' : 'cost.least', { time })}`;
}

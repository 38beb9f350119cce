/**
 * A phone's way of sending, through a link that is cut at every byte of a small exchange, up and down. Reads the lines to
 * send on standard input, says on standard output how the attempts ended.
 */

import { text } from 'node:stream/consumers';
import net from 'node:net';

import { post, TransportError } from '../../pwa/transport.js';

const port = Number(process.argv[2]);
const { id, hello, line } = JSON.parse(await text(process.stdin));
const AT_ONCE = 24;
const NEVER = Infinity;

/** Pass so many bytes on and not one more. */
function pass(from, to, most, end) {
  let passed = 0;
  from.on('data', (chunk) => {
    const part = chunk.subarray(0, most - passed);
    passed += part.length;
    to.write(part, () => passed >= most && end());
  });
}

/** Exchange once over a link that carries so many bytes. */
async function attempt({ up = NEVER, down = NEVER }) {
  const link = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    const end = () => (near.resetAndDestroy(), far.destroy());
    for (const one of [near, far]) one.on('error', end).on('close', end);
    if (!up || !down) return end();
    pass(near, far, up, end);
    pass(far, near, down, end);
  });
  await new Promise((resolve) => link.listen(0, '127.0.0.1', resolve));
  const rows = [];
  let ended = 'whole';
  try {
    for await (const row of post([hello, line], undefined, `http://127.0.0.1:${link.address().port}`)) rows.push(row);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    ended = error.reason;
  }
  link.close();
  return { ended, rows };
}

const isReceipt = (row) => Array.isArray(row) && row[0] === id && row[1] === 'ok';

/** Cut at the first byte, at the second, and so on, until it comes whole; tells how the attempts ended. */
async function cutEverywhere(way) {
  const found = { cuts: 0, receipts: 0, wrong: 0 };
  let [next, isOver] = [0, false];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (!isOver) {
      const { ended, rows } = await attempt({ [way]: next++ });
      isOver ||= ended === 'whole';
      found.cuts += ended === 'whole' ? 0 : 1;
      found.receipts += rows.some(isReceipt);
      // What came is what the office said, as far as it came, and only an answer that is whole passes for one.
      found.wrong += rows.slice(1).some((row) => !isReceipt(row)) || (ended === 'whole' && !rows.some(isReceipt));
    }
  }));
  return found;
}

const [up, down] = [await cutEverywhere('up'), await cutEverywhere('down')];
const { ended, rows } = await attempt({});
console.log(JSON.stringify({ up, down, last: [ended, rows.length, rows.filter(isReceipt).length] }));
process.exit();

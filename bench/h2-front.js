/**
 * TLS and HTTP/2 in front of a server that speaks neither, as a proxy on the same machine would:
 * `node bench/h2-front.js PORT TARGET-PORT CERT KEY`.
 */

import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createSecureServer } from 'node:http2';

const [port, target, cert, key] = process.argv.slice(2);
const HOP = /^(?::.*|connection|keep-alive|transfer-encoding|upgrade|host)$/;
const agent = new Agent({ keepAlive: true });

const passed = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.test(name)));

const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) });
server.on('stream', (stream, headers) => {
  const [method, path] = [headers[':method'], headers[':path']];
  const asked = request({ port: target, host: '127.0.0.1', method, path, headers: passed(headers), agent }, (answer) => {
    stream.respond({ ':status': answer.statusCode, ...passed(answer.headers) });
    answer.pipe(stream);
  });
  asked.on('error', () => stream.close());
  stream.pipe(asked);
});
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));

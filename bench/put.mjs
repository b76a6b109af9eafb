// Durable 1 KiB PUTs: how many share an fsync when 64 come at once.
import { presign } from '@latchkey/sigv4';
import { load } from './http-load.mjs';
import { median, region, root, start } from './processes.mjs';

const ROUNDS = 3;
const SECONDS = 2;

export async function benchPut() {
  const latchkey = await start('latchkey');
  const common = {
    bucket: 'bench',
    region,
    endpoint: `http://127.0.0.1:${latchkey.port}`,
    style: 'path',
    credentials: root,
    expiresIn: 3600,
  };
  const made = await fetch(presign({ ...common, method: 'PUT' }).url, { method: 'PUT' });
  if (!made.ok) throw new Error(await made.text());
  const body = 'x'.repeat(1024);
  const requests = Array.from({ length: 2000 }, (_, i) => {
    const url = presign({ ...common, method: 'PUT', key: `object-${i}` }).url;
    return `PUT ${url.slice(url.indexOf('/', 8))} HTTP/1.1\r\nHost: 127.0.0.1:${latchkey.port}\r\nContent-Length: 1024\r\nConnection: keep-alive\r\n\r\n${body}`;
  });
  const measured = { 1: [], 64: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const connections of [1, 64]) {
      measured[connections].push(await load({ port: latchkey.port, requests, connections, seconds: SECONDS }));
    }
  }
  await latchkey.stop();
  const one = median(measured[1]);
  return [
    { name: 'latchkey, durable PUT 1 KiB, 1 connection', 'of 1 connection': '1.0' },
    { name: 'latchkey, durable PUT 1 KiB, 64 connections', 'of 1 connection': (median(measured[64]) / one).toFixed(1) },
  ];
}

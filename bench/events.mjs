// Durable 1 KiB PUTs, 32 at a time: without a webhook, with one that another bucket tells, and told of each.
import { presign } from '@latchkey/sigv4';
import { sign } from '@latchkey/sigv4/sign';
import { region, root, start } from './processes.mjs';
import { compareRuns } from './rounds.mjs';

export async function benchEvents() {
  const sink = await start('sink');
  const runs = [];
  for (const [name, tells] of [
    ['no webhook', undefined],
    ['a webhook, told by another bucket', 'other'],
    ['told of each PUT', 'bench'],
  ]) {
    const server = await start('latchkey', { webhooks: { allowedNetworks: ['127.0.0.1'] } });
    const common = { region, endpoint: `http://127.0.0.1:${server.port}`, style: 'path', credentials: root, expiresIn: 3600 };
    for (const bucket of ['bench', 'other']) await put(presign({ ...common, bucket, method: 'PUT' }).url);
    if (tells !== undefined) await tell(server, tells, `http://127.0.0.1:${sink.port}/`);
    runs.push({ name, server, requests: requestsTo(server, common) });
  }
  const rows = await compareRuns(runs, 'no webhook');
  await Promise.all([...runs.map(({ server }) => server.stop()), sink.stop()]);
  return rows;
}

function requestsTo(server, common) {
  const body = 'x'.repeat(1024);
  return Array.from({ length: 2000 }, (_, i) => {
    const { url } = presign({ ...common, bucket: 'bench', method: 'PUT', key: `object-${i}` });
    return `PUT ${url.slice(url.indexOf('/', 8))} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Length: 1024\r\nConnection: keep-alive\r\n\r\n${body}`;
  });
}

async function tell(server, bucket, url) {
  const { arn } = await (
    await send(new URL('/api/v1/webhooks', server.console).href, 'POST', 'latchkey', JSON.stringify({ url }), 'application/json')
  ).json();
  const rule = `<QueueConfiguration><Queue>${arn}</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>`;
  const document = `<NotificationConfiguration>${rule}</NotificationConfiguration>`;
  await send(`http://127.0.0.1:${server.port}/${bucket}?notification`, 'PUT', 's3', document, 'application/xml');
}

async function send(url, method, service, body, type) {
  const { headers } = sign({ method, url, headers: { 'content-type': type }, body, region, service, credentials: root });
  return put(url, { method, headers, body });
}

async function put(url, request = { method: 'PUT' }) {
  const reply = await fetch(url, request);
  if (!reply.ok) throw new Error(await reply.text());
  return reply;
}

// What one PostgreSQL takes of audit events, from several nodes at once, each of which waits for its events to be on the disk.
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgresStores } from '@latchkey/records-postgres/postgres-stores';
import { chainKey } from '@latchkey/server/audit/chain';
import { openAuditTrail } from '@latchkey/server/audit/open-trail';
import { support } from './support.mjs';

const SECONDS = process.env.FULL === '1' ? 20 : 5;
const SITE = { accountId: '123456789012', region: 'us-east-1' };

export async function benchAppends() {
  const { startPostgres } = await support('postgres');
  const postgres = await startPostgres();
  try {
    const rows = [];
    for (const nodes of [1, 4]) for (const waiting of [1, 32, 512]) rows.push(await measure(postgres, nodes, waiting));
    return rows;
  } finally {
    await postgres.close();
  }
}

async function measure(postgres, nodes, waiting) {
  const url = postgres.newUrl();
  const opened = await Promise.all(Array.from({ length: nodes }, () => openNode(url)));
  const state = { recorded: 0, isOver: false };
  const started = performance.now();
  const working = opened.flatMap(({ trail }, node) => Array.from({ length: waiting }, () => keepRecording(trail, node, state)));
  await sleep(SECONDS * 1000);
  state.isOver = true;
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(working);
  const [kept, appends] = (await postgres.ask(sizesOf(new URL(url).searchParams.get('schema')))).split('|').map(Number);
  for (const { trail, stores } of opened) {
    await trail.close();
    for (const store of Object.values(stores)) await store.close();
  }
  return {
    name: `${nodes} nodes, ${waiting} events waiting at each`,
    'events/s': Math.round(state.recorded / seconds),
    'bytes an event': Math.round(kept / state.recorded),
    events: state.recorded,
    blocks: appends,
  };
}

async function openNode(url) {
  const stores = await openPostgresStores({ url });
  const key = chainKey('0001', 'a key of an audit trail, for a benchmark');
  const log = { info() {}, error: (text, more) => console.error(text, more) };
  const keys = async () => ({ newest: key, all: [key] });
  return { stores, trail: await openAuditTrail({ store: stores.trail, keys, site: SITE, log, now: Date.now }) };
}

async function keepRecording(trail, node, state) {
  while (!state.isOver) {
    await trail.record(event(node, state.recorded), 'before-reply');
    state.recorded += 1;
  }
}

/** As a gateway tells of an upload by a pre-signed URL. */
function event(node, number) {
  const at = Date.now();
  const key = `folder/object-${number % 1000}`;
  return {
    source: 's3',
    name: 'PutObject',
    isReadOnly: false,
    incoming: {
      method: 'PUT',
      rawTarget: `/bench/${key}`,
      headers: [
        ['host', 'files.example.com'],
        ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
      ],
      peer: { address: `192.0.2.${number % 200}`, secure: true },
      requestId: `${node}${number}`.padStart(16, '0'),
      receivedAt: at,
    },
    query: [
      { name: 'X-Amz-Algorithm', value: 'AWS4-HMAC-SHA256' },
      { name: 'X-Amz-Credential', value: `LKIAEXAMPLE234567ABC/20261122/us-east-1/s3/aws4_request` },
      { name: 'X-Amz-Date', value: '20261122T120000Z' },
      { name: 'X-Amz-Expires', value: '3600' },
      { name: 'X-Amz-Signature', value: number.toString(16).padStart(64, '0') },
    ],
    bucket: 'bench',
    key,
    principal: { kind: 'root', accessKeyId: 'LKIAEXAMPLE234567ABC' },
    signature: { authType: 'REST-QUERY-STRING', version: 'AWS4-HMAC-SHA256', signedAt: at, payloadHash: 'UNSIGNED-PAYLOAD' },
    status: 200,
    replyHeaders: ['ETag', '"0123456789abcdef0123456789abcdef"'],
    bytesIn: 1024,
    bytesOut: 0,
    endedAt: at + 3,
  };
}

const sizesOf = (schema) => `
  SELECT sum(pg_total_relation_size(c.oid)), (SELECT count(*) FROM ${schema}.trail_blocks)
  FROM pg_class c WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r' AND relname LIKE 'trail%'`;

/** The workers of a server that has several, and each of them asked by itself. */
import { readFile } from 'node:fs/promises';
import { type Connection, openConnection } from './connection.ts';
import type { WireRequest } from './wire-client.ts';

/** Process ids, the oldest first. */
export async function workersOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(/\s+/).filter(Boolean).map(Number);
}

export type AskedWorker = { readonly text: string; readonly status: number };
export type OneWorker = {
  ask(request: WireRequest): Promise<AskedWorker>;
  close(): void;
};

/** A connection to each of so many workers: whose it is, they say with every reply. */
export async function eachWorker(endpoint: string, count: number): Promise<readonly OneWorker[]> {
  const found = new Map<string, Connection>();
  for (let round = 0; round < MOST_ROUNDS && found.size < count; round++) {
    // Many at a time: one that has nothing to do would accept all that come one after the other.
    const connections = await Promise.all(Array.from({ length: AT_ONCE }, () => openConnection(endpoint)));
    for (const connection of connections) {
      connection.write(bytesOf({ method: 'GET', target: '/-/health/live', headers: [['Host', 'x']] }));
      const worker = /^x-amz-id-2: (.*)$/im.exec((await connection.reply()).head)?.[1] ?? '';
      if (found.has(worker)) connection.close();
      else found.set(worker, connection);
    }
  }
  if (found.size !== count) throw new Error(`${found.size} workers accept connections, not ${count}.`);
  return [...found.values()].map((connection) => ({
    async ask(request) {
      connection.write(bytesOf(request));
      const { status, body } = await connection.reply({ timeoutMs: 20_000 });
      return { status, text: String(body) };
    },
    close: connection.close,
  }));
}

const AT_ONCE = 16;
const MOST_ROUNDS = 20;

/** As it is sent on a connection that stays. */
export function bytesOf({ method, target, headers, body = Buffer.alloc(0) }: WireRequest): Buffer {
  const lines = [...headers, ['Content-Length', String(body.length)]].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`), body]);
}

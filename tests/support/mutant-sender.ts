/**
 * Sends what may be no HTTP at all, many times a second: on one connection as long as it lasts, and on a new one after whatever could have
 * left bytes behind in it.
 */
import { inject } from 'vitest';
import { type Connection, openConnection } from './connection.ts';
import type {} from './wire-ceph.ts';

export type MutantSender = {
  /** The status of the reply; `undefined` where the connection ended without one. */
  status(bytes: Buffer): Promise<number | undefined>;
  close(): void;
};

/**
 * A server that says nothing to a whole request for `waitsMs` is told, by the end of our side, that no more will come; what it would have said
 * later is lost then.
 */
export function mutantSender(endpoint: string, waitsMs = PATIENCE_MS): MutantSender {
  let current: Connection | undefined;
  return {
    async status(bytes) {
      current ??= await openConnection(endpoint);
      const connection = current;
      const length = lengthOf(bytes);
      // Only behind a request of just the length that it says may another follow on its connection.
      if (length !== 'as said') current = undefined;
      if (length === 'too short') connection.socket.end(bytes);
      else connection.write(bytes);
      const reply = length === 'too short' ? onlyReply(await connection.rest()) : await replyOf(connection, waitsMs);
      const ends = reply === undefined || /^connection: *close/im.test(reply.head) || connection.socket.destroyed;
      if (ends) current = undefined;
      if (ends || length !== 'as said') connection.close();
      return reply?.status;
    },
    close() {
      current?.close();
      current = undefined;
    },
  };
}

/** A server whose objects and records are elsewhere takes its time. */
const PATIENCE_MS = inject('ceph') === undefined ? 200 : 5000;

type Reply = { readonly status: number; readonly head: string };

async function replyOf(connection: Connection, waitsMs: number): Promise<Reply | undefined> {
  const first = await oneReply(connection, waitsMs);
  if (first !== undefined) return first;
  connection.socket.end();
  return onlyReply(await connection.rest());
}

/** The first reply of a connection that is at its end. */
function onlyReply(rest: Buffer): Reply | undefined {
  const text = rest.toString('latin1');
  const status = /^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)*HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  return status === undefined ? undefined : { status: Number(status), head: 'connection: close' };
}

async function oneReply(connection: Connection, timeoutMs: number): Promise<Reply | undefined> {
  try {
    for (;;) {
      const reply = await connection.reply({ timeoutMs });
      if (reply.status !== 100) return reply;
    }
  } catch {
    return undefined;
  }
}

/** Whether the bytes are one head and a body of just the length that the head says, less than that, or whatever else. */
function lengthOf(bytes: Buffer): 'as said' | 'too short' | 'other' {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return 'too short';
  const head = bytes.subarray(0, end).toString('latin1');
  const lengths = [...head.matchAll(/^content-length:[ \t]*([^\r\n]*?)[ \t]*$/gim)].map(([, value]) => value);
  if (lengths.length > 1 || /^transfer-encoding/im.test(head) || /[^\r]\n|\r(?!\n)/.test(head)) return 'other';
  const [length = '0'] = lengths;
  if (!/^\d{1,9}$/.test(length)) return 'other';
  const sizeBytes = bytes.length - end - 4;
  return sizeBytes === Number(length) ? 'as said' : sizeBytes < Number(length) ? 'too short' : 'other';
}

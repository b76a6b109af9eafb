/**
 * Which processes serve this installation: each says so in the record store now and then, for people who look after them. Nothing else depends
 * on it: a process that is not listed serves all the same.
 */
import { randomUUID } from 'node:crypto';
import type { RecordStore } from '@latchkey/storage/record-store';

/** A process that serves: a node, or a worker of one. */
export type Node = {
  readonly id: string;
  /** The name of the machine. */
  readonly host: string;
  readonly pid: number;
  /** Which of several on the machine that were started together. */
  readonly worker?: number | undefined;
  readonly version: string;
  /** Milliseconds since the epoch, by its own clock. */
  readonly startedAt: number;
  /** As they are bound there, not as others may reach them. */
  readonly s3: string;
  readonly console: string;
};

export type SeenNode = Node & {
  /** When it last said so: milliseconds since the epoch, by the clock of the store. */
  readonly seenAt: number;
  /** So far its clock is ahead of the store's; negative where it is behind. */
  readonly clockAheadMs: number;
  /** Whether it should have said so since: it has ended, or can not reach the store. */
  readonly isSilent: boolean;
  /** Whether it is this process. */
  readonly isHere: boolean;
};

export type Nodes = {
  /** In no particular order; at most a thousand. */
  list(): Promise<readonly SeenNode[]>;
  /** Says that it is gone. */
  stop(): Promise<void>;
};

export type NodesOptions = {
  readonly records: RecordStore;
  readonly self: Omit<Node, 'id'>;
  /** Milliseconds since the epoch, by the clock of this machine. */
  readonly now: () => number;
  readonly everyMs?: number | undefined;
};

const NODE = 'node';
const EVERY_MS = 15_000;
/** After so many times that it should have said so and has not. */
const SILENT_AFTER = 3;
const FORGOTTEN_AFTER_MS = 3_600_000;
const MOST_LISTED = 1000;
const PAGE = 200;

type Stored = Node & Pick<SeenNode, 'seenAt' | 'clockAheadMs'>;

/** Says it now, and again every so often until it is stopped. What the store does not take is not worth a word: its health is told elsewhere. */
export function announceNode({ records, self, now, everyMs = EVERY_MS }: NodesOptions): Nodes {
  const id = randomUUID();

  const announce = async (): Promise<void> => {
    const asked = now();
    const seenAt = await records.time();
    // The answer was given somewhere in between.
    const clockAheadMs = Math.round((asked + now()) / 2 - seenAt);
    const value: Stored = { id, ...self, seenAt, clockAheadMs };
    await records.commit([{ put: { kind: NODE, id, value: withoutUndefined(value) } }]);
    for await (const { node, version } of stored())
      if (node.seenAt < seenAt - FORGOTTEN_AFTER_MS) await records.commit([{ remove: { kind: NODE, id: node.id }, ifVersion: version }]);
  };

  async function* stored(): AsyncGenerator<{ readonly node: Stored; readonly version: number }> {
    let after: string | undefined;
    do {
      const page = await records.list(NODE, { after, limit: PAGE });
      for (const { value, version } of page.records) yield { node: value as unknown as Stored, version };
      after = page.next;
    } while (after !== undefined);
  }

  let isStopped = false;
  let announcing = Promise.resolve();
  const again = (): void => {
    announcing = announcing.then(() => (isStopped ? undefined : announce())).catch(() => undefined);
  };
  again();
  const timer = setInterval(again, everyMs).unref();

  return {
    async list() {
      const at = await records.time();
      const found: SeenNode[] = [];
      for await (const { node } of stored()) {
        if (found.length === MOST_LISTED) break;
        found.push({ ...node, isSilent: node.seenAt < at - SILENT_AFTER * everyMs, isHere: node.id === id });
      }
      return found;
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await announcing;
      await records.commit([{ remove: { kind: NODE, id } }]).catch(() => undefined);
    },
  };
}

function withoutUndefined({ worker, ...node }: Stored) {
  return worker === undefined ? node : { ...node, worker };
}

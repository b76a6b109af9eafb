/**
 * Several processes that serve as one. This one answers nothing itself: it starts the workers, puts new ones in the place of those that end, and
 * keeps what they have to count together. They share the sockets that connections arrive at: none passes through here, and one that nobody has
 * accepted yet is lost with none of them.
 */
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Log } from '@latchkey/server/log';
import { Crew } from './crew.ts';
import type { Listening } from './messages.ts';

export type Workers = {
  /** The same for all. */
  readonly listening: Listening;
  /** Puts a new worker in the place of each, one after the other. The old ones finish what they have begun. */
  replace(): void;
  /** Rejects with a `Failure` where no worker stays. */
  readonly failed: Promise<never>;
  /** Resolves when all are gone. */
  stop(): Promise<void>;
};

export type WorkersOptions = {
  readonly count: number;
  /** How long they go on accepting once they are to stop. */
  readonly drainMs: number;
  readonly log: Log;
};

const PROGRAM = fileURLToPath(new URL('../../bin/latchkey.js', import.meta.url));

/** Resolves once all accept connections. Throws a `Failure` whose sentence says what stands in the way; no worker is left then. */
export async function startWorkers({ count, drainMs, log }: WorkersOptions): Promise<Workers> {
  // Must be said first. The other way, connections are accepted here and handed on; one that is on its way to a worker that is killed then hangs.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: PROGRAM, args: process.argv.slice(2) });
  const crew = new Crew(log);
  try {
    // The first alone: what stands in its way stands in everybody's, and what is made once is made by it.
    const listening = await crew.reach(1);
    await crew.reach(count);
    const failed = crew.failed.catch(async (error: unknown) => {
      await crew.stop(0);
      throw error;
    });
    failed.catch(() => undefined);
    return { listening, failed, replace: () => void crew.replace(), stop: () => crew.stop(drainMs) };
  } catch (error) {
    await crew.stop(0);
    throw error;
  }
}

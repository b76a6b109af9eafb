import cluster from 'node:cluster';
import { Failure } from '../failure.ts';
import { type Answers, type Calls, callsOver } from './calls.ts';
import type { Leaving, Listening } from './messages.ts';

/** One worker, as the process sees it that has started it. */
export type Member = {
  readonly id: number;
  readonly calls: Pick<Calls, 'call'>;
  /** Resolves once it accepts connections; rejects where it ends before. */
  readonly ready: Promise<Listening>;
  readonly ended: Promise<End>;
  /** Asks it to go; one that has not even begun is ended. */
  leave(how: Leaving): void;
  kill(): void;
};

export type End = {
  /** `with status 1`, `by SIGKILL` */
  readonly how: string;
  /** What it said was in the way of its start. */
  readonly failure: Failure | undefined;
  readonly livedMs: number;
};

/** Starts a worker: the same program with the same flags. */
export function startMember(answers: (id: number) => Answers): Member {
  const worker = cluster.fork();
  const startedAt = performance.now();
  let failure: Failure | undefined;
  let isReady = false;
  let setReady: (listening: Listening) => void;
  let setUnready: (error: Error) => void;
  const ready = new Promise<Listening>((resolve, reject) => {
    [setReady, setUnready] = [resolve, reject];
  });
  // Whoever looks at its end only, need not look here.
  ready.catch(() => undefined);
  const calls = callsOver((message, sent) => worker.send(message, sent), {
    ...answers(worker.id),
    ready(listening: Listening) {
      isReady = true;
      setReady(listening);
    },
    failed({ message, status }: { readonly message: string; readonly status: 1 | 2 }) {
      failure = new Failure(message, { status });
    },
  });
  worker.on('message', calls.receive);
  worker.on('disconnect', calls.end);
  // Of a process that could not be started there is no exit, and what could not be sent is told where it was sent.
  worker.on('error', () => undefined);
  const ended = new Promise<End>((resolve) => {
    worker.on('exit', (code: number | null, signal: NodeJS.Signals | null) => {
      calls.end();
      const how = signal ? `by ${signal}` : `with status ${code}`;
      setUnready(failure ?? new Error(`It ended ${how} before it accepted connections.`));
      resolve({ how, failure, livedMs: performance.now() - startedAt });
    });
  });
  return {
    id: worker.id,
    calls,
    ready,
    ended,
    leave(how) {
      if (!isReady) worker.process.kill('SIGTERM');
      // One that can not be told is gone already.
      else void calls.call('leave', how).catch(() => undefined);
    },
    kill: () => void worker.process.kill('SIGKILL'),
  };
}

/**
 * Clients of a server that is being restarted: some keep their connection open for as long as the server does, some open one for each request, and
 * all take down whatever is not the whole right answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, openConnection } from './connection.ts';
import type { TestServer } from './test-server.ts';
import { send, type WireRequest } from './wire-client.ts';
import { bytesOf } from './workers.ts';

export type RestartLoad = {
  /** Answers so far that were as they have to be. */
  answered(): number;
  /** Of connections that were kept open, those that the server has ended with a reply that said so. */
  endedInOrder(): number;
  /** What went wrong, in words; empty where nothing did. */
  end(): Promise<readonly string[]>;
};

const EACH = 4;
/** Between two requests of a client: what is being started must not have to wait for a processor. */
const PAUSE_MS = 40;

/** Each of the requests is answered with 200 and `text`. */
export function restartLoad(server: Pick<TestServer, 's3'>, requests: readonly WireRequest[], text: string): RestartLoad {
  let isOver = false;
  let answered = 0;
  let endedInOrder = 0;
  const wrong: string[] = [];

  const account = (status: number, received: string): void => {
    if (status === 200 && received === text) answered += 1;
    else wrong.push(`${status} ${received.slice(0, 200)}`);
  };
  const anew = async (request: WireRequest): Promise<void> => {
    const reply = await send(server, request);
    account(reply.status, reply.text);
  };
  const keeping = async (request: WireRequest): Promise<void> => {
    let connection: Connection | undefined;
    try {
      for (let isKept = true; isKept && !isOver; ) {
        connection ??= await openConnection(server.s3);
        connection.write(bytesOf(request));
        const { status, head, body } = await connection.reply({ timeoutMs: 30_000 });
        account(status, String(body));
        isKept = !/^connection: close/im.test(head);
        if (!isKept) endedInOrder += 1;
        await sleep(PAUSE_MS);
      }
    } finally {
      connection?.close();
    }
  };
  const client = async (ask: () => Promise<void>): Promise<void> => {
    while (!isOver) {
      await ask().catch((error: Error) => wrong.push(error.message));
      await sleep(PAUSE_MS);
    }
  };
  const clients = requests.flatMap((request) =>
    Array.from({ length: EACH }, () => [client(() => anew(request)), client(() => keeping(request))]),
  );
  return {
    answered: () => answered,
    endedInOrder: () => endedInOrder,
    async end() {
      isOver = true;
      await Promise.all(clients.flat());
      return wrong;
    },
  };
}

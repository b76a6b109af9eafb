/**
 * Node hands over pipelined requests as soon as it has read them. Here each waits for the one before, and none is looked at
 * once a reply has said that the connection closes: what follows a refused body may not be a request at all.
 */
import type { Socket } from 'node:net';

const MAX_WAITING = 100;

/** The requests of one connection. */
export type Turns = {
  isBusy: boolean;
  isClosing: boolean;
  /** The request in flight is the last that is answered; its reply says so, and the connection ends with it. */
  isLast: boolean;
  /** The connection was refused as such: the reply of the request in flight must not be sent any more. */
  isRefused: boolean;
  /** The request in flight. */
  current: Turn | undefined;
  readonly waiting: Turn[];
};

export type Turn = {
  readonly request: { readonly complete: boolean };
  readonly reply: { readonly headersSent: boolean };
  /** Without a promise where the reply was there at once. Never throws or rejects. */
  serve(): void | Promise<void>;
};

const TURNS = Symbol('turns');

/** The turns of a connection, which it gets the first time somebody asks. */
export function turnsOf(socket: Socket): Turns {
  const connection = socket as Socket & { [TURNS]?: Turns };
  connection[TURNS] ??= { isBusy: false, isClosing: false, isLast: false, isRefused: false, current: undefined, waiting: [] };
  return connection[TURNS];
}

/** Serves one request after those that came before it on its connection. */
export function inTurn(socket: Socket, request: Turn['request'], reply: Turn['reply'], serve: Turn['serve']): void {
  const turns = turnsOf(socket);
  if (turns.isClosing || turns.isLast) return;
  if (turns.isBusy) {
    turns.waiting.push({ request, reply, serve });
    if (turns.waiting.length > MAX_WAITING) socket.destroy();
    return;
  }
  turns.isBusy = true;
  takeTurns(socket, turns, { request, reply, serve });
}

function takeTurns(socket: Socket, turns: Turns, first: Turn | undefined): void {
  for (let turn = first; turn !== undefined; turn = nextOf(turns)) {
    turns.current = turn;
    const serving = turn.serve();
    if (serving instanceof Promise) {
      void serving.then(() => takeTurns(socket, turns, nextOf(turns)));
      return;
    }
  }
  turns.isBusy = false;
  turns.current = undefined;
  if (turns.isClosing) socket.destroySoon();
}

function nextOf({ isClosing, waiting }: Turns): Turn | undefined {
  return isClosing ? undefined : waiting.shift();
}

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
  readonly waiting: (() => Promise<void>)[];
};

const TURNS = Symbol('turns');

/** To be called for each new connection. */
export function expectTurns(socket: Socket): void {
  (socket as Socket & { [TURNS]?: Turns })[TURNS] = { isBusy: false, isClosing: false, waiting: [] };
}

export function turnsOf(socket: Socket): Turns {
  const turns = (socket as Socket & { [TURNS]?: Turns })[TURNS];
  if (turns === undefined) throw new Error('a connection that was never announced');
  return turns;
}

/** Serves one request after those that came before it on its connection. `serveOne` never rejects. */
export function inTurn(socket: Socket, serveOne: () => Promise<void>): void {
  const turns = turnsOf(socket);
  if (turns.isClosing) return;
  if (turns.isBusy) {
    turns.waiting.push(serveOne);
    if (turns.waiting.length > MAX_WAITING) socket.destroy();
    return;
  }
  turns.isBusy = true;
  void takeTurns(turns, serveOne);
}

async function takeTurns(turns: Turns, first: () => Promise<void>): Promise<void> {
  await first();
  for (let next = turns.waiting.shift(); next !== undefined && !turns.isClosing; next = turns.waiting.shift()) await next();
  turns.isBusy = false;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@latchkey/server/log';
import { Failure } from '../failure.ts';
import { backOff } from './back-off.ts';
import { type CommonAnswers, commonAnswers } from './common-answers.ts';
import { type End, type Member, startMember } from './member.ts';
import { GRACE_MS, type Listening } from './messages.ts';

/** So many ends in a row, each soon after its start, are no accident. */
const MOST_IN_A_ROW = 5;
/** A replaced worker has so long for what it has begun, unless those that came after it are replaced before. */
const OLD_GRACE_MS = 3_600_000;
/** Whoever keeps a connection open and does not use it for so long, finds it closed. */
const OLD_QUIET_MS = 5000;
/** So much longer than agreed a worker may take to end. */
const PATIENCE_MS = 15_000;

/** The workers there are: as many as are wanted, whatever becomes of each. */
export class Crew {
  /** Rejects with a `Failure` where no worker stays. */
  readonly failed: Promise<never>;
  readonly #fail: (failure: Failure) => void;
  readonly #log: Log;
  readonly #all = new Map<number, Member>();
  readonly #serving = new Set<Member>();
  readonly #leaving = new Set<Member>();
  readonly #common: CommonAnswers = commonAnswers(() => this.#all.values());
  readonly #wait = backOff();
  #listening: Listening | undefined;
  #wanted = 0;
  #starting = 0;
  /** Whether as many as were wanted have been there together. */
  #isUp = false;
  #isStopping = false;
  #replacing: Promise<void> | undefined;
  #isToReplaceAgain = false;
  #onServing: () => void = () => undefined;

  constructor(log: Log) {
    this.#log = log;
    let fail: (failure: Failure) => void = () => undefined;
    this.failed = new Promise((_, reject) => {
      fail = reject;
    });
    this.#fail = fail;
    this.failed.catch(() => undefined);
  }

  /** Resolves once so many accept connections. Rejects with a `Failure` where they can not. */
  async reach(count: number): Promise<Listening> {
    this.#wanted = count;
    this.#isUp = false;
    const reached = new Promise<void>((resolve) => {
      this.#onServing = () => void (this.#serving.size >= count && resolve());
    });
    this.#refill();
    await Promise.race([reached, this.failed]);
    this.#isUp = true;
    return this.#listening as Listening;
  }

  /** One after the other: a new one accepts connections before an old one stops to. Where one can not start, the rest stay. */
  async replace(): Promise<void> {
    if (this.#replacing !== undefined) {
      this.#isToReplaceAgain = true;
      return;
    }
    do {
      this.#isToReplaceAgain = false;
      this.#replacing = this.#replaceAll();
      await this.#replacing;
    } while (this.#isToReplaceAgain && !this.#isStopping);
    this.#replacing = undefined;
  }

  /** For `drainMs` they go on accepting. */
  async stop(drainMs: number): Promise<void> {
    this.#isStopping = true;
    const members = [...this.#all.values()];
    for (const member of members) member.leave({ drainMs, graceMs: GRACE_MS, quietMs: 0 });
    const kill = () => {
      for (const member of members) member.kill();
    };
    const impatience = setTimeout(kill, drainMs + GRACE_MS + PATIENCE_MS);
    await Promise.all(members.map(({ ended }) => ended));
    clearTimeout(impatience);
  }

  async #replaceAll(): Promise<void> {
    this.#log.info('workers are being replaced');
    // No more of them than there are workers, however often somebody asks.
    for (const member of this.#leaving) this.#retire(member, GRACE_MS);
    try {
      for (const old of [...this.#serving]) {
        await this.#begin();
        if (this.#isStopping) return;
        if (!this.#serving.delete(old)) continue;
        this.#leaving.add(old);
        this.#retire(old, OLD_GRACE_MS);
      }
      this.#log.info('workers are replaced');
    } catch (error) {
      this.#log.error('workers are not replaced, the old ones go on', { cause: (error as Error).message });
    }
  }

  #retire(member: Member, graceMs: number): void {
    member.leave({ drainMs: 0, graceMs, quietMs: OLD_QUIET_MS });
    const late = new AbortController();
    void member.ended.then(() => late.abort());
    sleep(graceMs + PATIENCE_MS, undefined, { ref: false, signal: late.signal }).then(member.kill, () => undefined);
  }

  #refill(): void {
    if (this.#isStopping) return;
    // Why one does not start is dealt with where it ends.
    for (let missing = this.#wanted - this.#serving.size - this.#starting; missing > 0; missing--) this.#begin().catch(() => undefined);
  }

  async #begin(): Promise<void> {
    const member = startMember(this.#common.of);
    this.#all.set(member.id, member);
    this.#starting += 1;
    void member.ended.then((end) => this.#ended(member, end));
    try {
      const listening = await member.ready;
      this.#listening ??= listening;
      const { s3, console } = this.#listening;
      // Where any port was to do and all workers had ended, another one was found: nobody would look there.
      if (listening.s3 !== s3 || listening.console !== console)
        this.#fail(new Failure(`All workers had ended, and ${s3} and ${console} could not be had again.`));
      this.#serving.add(member);
    } finally {
      this.#starting -= 1;
    }
    this.#onServing();
  }

  #ended(member: Member, { how, failure, livedMs }: End): void {
    this.#all.delete(member.id);
    this.#common.left(member.id);
    const hasServed = this.#serving.delete(member);
    if (this.#leaving.delete(member) || this.#isStopping) return;
    if (!this.#isUp && failure !== undefined) {
      this.#fail(failure);
      return;
    }
    const happened = hasServed ? 'a worker has ended' : 'a worker could not start';
    this.#log.error(happened, { worker: member.id, cause: failure?.message ?? `it ended ${how}` });
    const waitMs = this.#wait.ended(livedMs);
    const { inARow } = this.#wait;
    if (inARow >= MOST_IN_A_ROW && (!this.#isUp || this.#serving.size === 0))
      this.#fail(new Failure(`No worker stays: ${inARow} in a row have ended soon after their start, the last ${how}.`));
    else setTimeout(() => this.#refill(), waitMs);
  }
}

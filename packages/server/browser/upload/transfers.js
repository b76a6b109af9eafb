// @ts-check
/** All files of the page: two are sent at a time, in the order they were chosen. */
import { createRate } from './rate.js';
import { createTransfer } from './transfer.js';

/**
 * @typedef {import('./transfer.js').Transfer} Transfer
 * @typedef {import('./guest-api.js').GuestApi} GuestApi
 */

const FILES_AT_ONCE = 2;

/** @param {{ api: GuestApi, words: Record<string, string>, onChange: () => void, now?: () => number }} options */
export function createTransfers({ api, words, onChange, now = () => performance.now() }) {
  /** @type {Transfer[]} */
  let all = [];
  /** @type {Set<Transfer>} */
  const running = new Set();
  const rate = createRate();
  let sentBefore = 0;

  const changed = () => {
    const sent = sum(({ sent: bytes }) => bytes);
    if (sent > sentBefore) rate.add(sent - sentBefore, now());
    sentBefore = sent;
    onChange();
  };

  return {
    get all() {
      return all;
    },
    /** What was begun before the page was opened. @param {import('./guest-api.js').KnownFile[]} files */
    know(files) {
      for (const known of files) if (known.status === 'open') all.push(createTransfer({ known, api, words, onChange: changed }));
      sentBefore = sum(({ sent }) => sent);
      onChange();
    },
    /** A file that was interrupted goes on where it was. @param {Iterable<File>} files */
    add(files) {
      for (const file of files) {
        const before = all.find((transfer) => transfer.isOf(file));
        if (before !== undefined) before.choose(file);
        else all.push(createTransfer({ file, api, words, onChange: changed }));
      }
      goOn();
    },
    /** @param {Transfer} transfer */
    pause(transfer) {
      transfer.pause();
      rate.forget();
      goOn();
    },
    /** @param {Transfer} transfer */
    resume(transfer) {
      transfer.resume();
      goOn();
    },
    /** @param {Transfer} transfer */
    cancel(transfer) {
      void transfer.cancel();
      all = all.filter((one) => one !== transfer);
      sentBefore = sum(({ sent }) => sent);
      goOn();
    },
    clearFailures() {
      for (const transfer of all) if (transfer.shown.state === 'failed') void transfer.cancel();
      all = all.filter(({ shown: { state } }) => state !== 'failed' && state !== 'cancelled');
      sentBefore = sum(({ sent }) => sent);
      onChange();
    },
    get overall() {
      const done = sum(({ sent }) => sent);
      const total = sum(({ size }) => size);
      const bytesPerSecond = rate.perSecond(now());
      return {
        done,
        total,
        bytesPerSecond,
        secondsLeft: bytesPerSecond > 0 ? (total - done) / bytesPerSecond : undefined,
        isActive: all.some(({ shown: { state } }) => ['waiting', 'sending', 'again', 'checking'].includes(state)),
        delivered: all.filter(({ shown: { state } }) => state === 'delivered').length,
        failed: all.filter(({ shown: { state } }) => state === 'failed').length,
      };
    },
  };

  /** Of all that are not given up. @param {(shown: import('./transfer.js').Shown) => number} of */
  function sum(of) {
    return all.reduce((total, { shown }) => (shown.state === 'failed' || shown.state === 'cancelled' ? total : total + of(shown)), 0);
  }

  function goOn() {
    for (const transfer of all) {
      if (running.size >= FILES_AT_ONCE) break;
      if (transfer.shown.state !== 'waiting' || running.has(transfer)) continue;
      running.add(transfer);
      void transfer.run().finally(() => {
        running.delete(transfer);
        goOn();
      });
    }
    onChange();
  }
}

/** @typedef {ReturnType<typeof createTransfers>} Transfers */

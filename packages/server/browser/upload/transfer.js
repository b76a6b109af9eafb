// @ts-check
/** One file on its way: announced, sent whole or in parts, and finished. It may be paused, gone on with, and given up. */
import { put, Refused } from './guest-api.js';

/**
 * @typedef {import('./guest-api.js').GuestApi} GuestApi
 * @typedef {import('./guest-api.js').KnownFile} KnownFile
 * @typedef {'waiting' | 'sending' | 'again' | 'paused' | 'checking' | 'delivered' | 'failed' | 'cancelled' | 'interrupted'} State
 * @typedef {{ name: string, size: number, state: State, sent: number, problem: string, mayRetry: boolean, againIn: number, deliveredAt: string }} Shown
 */

const PARTS_AT_ONCE = 3;
const URLS_AT_ONCE = 12;
const URLS_GOOD_MS = 45 * 60_000;
/** How long to wait before each new attempt; with each part that has come it begins anew. */
const PAUSES_MS = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];

/**
 * `known` is what the server has of the file already, from before the page was opened; without `file` it waits to be chosen again.
 * @param {{ file?: File, known?: KnownFile, api: GuestApi, words: Record<string, string>, onChange: () => void,
 *   wait?: (ms: number, signal: AbortSignal) => Promise<void> }} options
 */
export function createTransfer({ file: chosen, known, api, words, onChange, wait = pause }) {
  let file = chosen;
  let id = known?.id;
  /** @type {State} */
  let state = file === undefined ? 'interrupted' : 'waiting';
  let problem = '';
  let mayRetry = true;
  let againIn = 0;
  let deliveredAt = '';
  let failures = 0;
  let stopping = new AbortController();
  /** Parts that have come, and how much of those under way has gone. */
  const done = new Set(known?.parts ?? []);
  /** @type {Map<number, number>} */
  const underWay = new Map();
  let partSize = known?.partSize ?? 0;
  let isRenamed = false;
  /** @type {Map<number, { url: string, until: number }>} */
  const urls = new Map();
  /** @type {Promise<void> | undefined} */
  let asking;
  const size = known?.size ?? file?.size ?? 0;
  const name = known?.name ?? file?.name ?? '';

  /** @param {State} next @param {string} [why] */
  const become = (next, why = '') => {
    state = next;
    problem = why;
    onChange();
  };

  return {
    get shown() {
      return /** @type {Shown} */ ({ name, size, state, sent: sentBytes(), problem, mayRetry, againIn, deliveredAt });
    },
    /** Whether it is this file: by what is known of it without reading it. @param {File} other */
    isOf: (other) =>
      state === 'interrupted' && known?.name === other.name && size === other.size && known.lastModified === other.lastModified,
    /** @param {File} other */
    choose(other) {
      file = other;
      become('waiting');
    },
    /** Until it is delivered, paused, given up or has failed. */
    async run() {
      stopping = new AbortController();
      failures = 0;
      for (;;) {
        try {
          become('sending');
          await deliver();
          become('delivered');
          return;
        } catch (error) {
          if (stopping.signal.aborted) return;
          underWay.clear();
          const refused = error instanceof Refused ? error : new Refused('changed', words.changed ?? '', 0);
          const pauseMs = PAUSES_MS[failures];
          mayRetry = !refused.isForGood;
          if (!refused.isPassing || pauseMs === undefined) return become('failed', refused.message);
          failures += 1;
          againIn = Math.round(pauseMs / 1000);
          become('again', refused.message);
          await wait(pauseMs, stopping.signal);
          if (stopping.signal.aborted) return;
        }
      }
    },
    pause() {
      stopping.abort();
      underWay.clear();
      become('paused');
    },
    /** In line once more. */
    resume() {
      become('waiting');
    },
    async cancel() {
      stopping.abort();
      underWay.clear();
      become('cancelled');
      // What the server does not hear of it gives back by itself.
      for (let tries = 0; id !== undefined && tries < 5; tries++) {
        try {
          await api.abort(id);
          id = undefined;
        } catch (error) {
          if (!(error instanceof Refused) || !error.isPassing) return;
          await wait(500, new AbortController().signal);
        }
      }
    },
  };

  function sentBytes() {
    if (state === 'delivered' || state === 'checking') return size;
    if (partSize === 0) return underWay.get(1) ?? 0;
    let bytes = 0;
    for (const part of done) bytes += sizeOf(part);
    for (const sent of underWay.values()) bytes += sent;
    return Math.min(bytes, size);
  }

  /** @param {number} part */
  function sizeOf(part) {
    return Math.max(0, Math.min(partSize, size - (part - 1) * partSize));
  }

  async function deliver() {
    if (file === undefined) return;
    const announced = id === undefined ? await api.announce(file) : await api.send(id).catch(startAnew);
    id = announced.id;
    if (announced.status === 'delivered') return received(announced);
    if (announced.upload?.kind === 'parts') await sendParts(file, announced.upload);
    else if (announced.upload !== undefined) await sendWhole(file, announced.upload);
    become('checking');
    received(await api.finish(id).catch(lookAgain));
  }

  /** What was announced is known no more: it took too long. @param {unknown} error */
  function startAnew(error) {
    if (!(error instanceof Refused) || error.code !== 'unknown-file' || file === undefined) throw error;
    done.clear();
    urls.clear();
    return api.announce(file);
  }

  /** Parts that the server does not have are sent again. @param {unknown} error @returns {Promise<KnownFile>} */
  async function lookAgain(error) {
    if (error instanceof Refused && error.code === 'incomplete') {
      const found = (await api.mine()).files.find((one) => one.id === id);
      done.clear();
      for (const part of found?.parts ?? []) done.add(part);
      throw new Refused('network', error.message, 0);
    }
    throw error;
  }

  /** @param {KnownFile} delivered */
  function received(delivered) {
    deliveredAt = delivered.deliveredAt ?? '';
  }

  /** @param {File} from @param {{ url: string, headers: Record<string, string> }} upload */
  async function sendWhole(from, { url, headers }) {
    const onSent = (/** @type {number} */ bytes) => progress(1, bytes);
    await put(url, headers, from, { signal: stopping.signal, onSent, words: { network: words.network ?? '' } }).catch(askedWhy);
  }

  /** A refusal of the S3 address is put into words by the page's own; where those know of none, it may work once more. @param {unknown} error */
  async function askedWhy(error) {
    if (!(error instanceof Refused) || error.status < 400 || error.status >= 500) throw error;
    const { status, message } = error;
    if (status === 403 && message.includes('Content-Type')) throw new Refused('wrong-type', words['wrong-type'] ?? '', status);
    if (status === 400) throw new Refused('changed', words.changed ?? '', status);
    // Somebody has taken the name since it was announced: another announcement gets another one.
    if (status === 412 && !isRenamed) {
      isRenamed = true;
      await api.abort(id ?? '');
      id = undefined;
      throw new Refused('network', words.exists ?? '', 0);
    }
    if (status === 412) throw new Refused('exists', words.exists ?? '', status);
    const now = await api.send(id ?? '');
    if (now.status === 'delivered') return;
    // Stored, and the answer was lost: then the server finds it.
    const found = partSize === 0 ? await api.finish(id ?? '').catch(() => undefined) : undefined;
    if (found?.status !== 'delivered') throw new Refused('network', words.network ?? '', 0);
  }

  /** @param {File} from @param {{ partSize: number, partCount: number }} upload */
  async function sendParts(from, upload) {
    partSize = upload.partSize;
    const missing = Array.from({ length: upload.partCount }, (_, i) => i + 1).filter((part) => !done.has(part));
    const worker = async () => {
      for (;;) {
        const part = missing.shift();
        if (part === undefined || stopping.signal.aborted) return;
        const url = await urlOf(part, missing);
        const start = (part - 1) * partSize;
        const onSent = (/** @type {number} */ bytes) => progress(part, bytes);
        const body = from.slice(start, start + sizeOf(part), '');
        const { signal } = stopping;
        try {
          await put(url, {}, body, { signal, onSent, words: { network: words.network ?? '' } });
        } catch (error) {
          urls.delete(part);
          await askedWhy(error);
        }
        underWay.delete(part);
        done.add(part);
        failures = 0;
        onChange();
      }
    };
    // One that fails ends the others, which are begun again together.
    const results = await Promise.allSettled(Array.from({ length: PARTS_AT_ONCE }, worker));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (stopping.signal.aborted) throw new Refused('stopped', '', 0);
  }

  /** Asked for many at once, and one time for all that wait. @param {number} part @param {number[]} next */
  async function urlOf(part, next) {
    for (let tries = 0; tries < 3; tries++) {
      const found = urls.get(part);
      if (found !== undefined && performance.now() < found.until) return found.url;
      asking ??= ask([part, ...next.slice(0, URLS_AT_ONCE - 1)]).finally(() => {
        asking = undefined;
      });
      await asking;
    }
    throw new Refused('network', words.network ?? '', 0);
  }

  /** @param {number[]} parts */
  async function ask(parts) {
    const { upload } = await api.send(id ?? '', parts);
    if (upload?.kind !== 'parts') return;
    for (const { part, url } of upload.parts) urls.set(part, { url, until: performance.now() + URLS_GOOD_MS });
  }

  /** @param {number} part @param {number} bytes */
  function progress(part, bytes) {
    underWay.set(part, bytes);
    onChange();
  }
}

/** @typedef {ReturnType<typeof createTransfer>} Transfer */

/** Ends early where the signal says so, or the network is back. @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}

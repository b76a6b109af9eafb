// @ts-check
/** The calls below the page's own address. Cookies say who delivers. */

/**
 * @typedef {{ kind: 'put', url: string, headers: Record<string, string> }
 *   | { kind: 'parts', partSize: number, partCount: number, parts: { part: number, url: string, size: number }[] }} Upload
 * @typedef {{ id: string, name: string, size: number, lastModified: number, status: 'open' | 'delivered', deliveredAt?: string,
 *   partSize?: number, parts?: number[], upload?: Upload }} KnownFile
 */

/** What the server, or the network, said no with. `code` is `network` where nothing was answered. */
export class Refused extends Error {
  /** @param {string} code @param {string} message @param {number} status */
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }

  /** Whether it is the file itself that is not wanted. */
  get isForGood() {
    return ['too-large', 'too-small', 'wrong-type', 'exists', 'changed', 'invalid'].includes(this.code);
  }

  /** Whether the same might work in a moment. */
  get isPassing() {
    return this.code === 'network' || this.code === 'in-progress' || this.status >= 500 || this.status === 429;
  }
}

/** @param {string} path that of the page @param {{ network: string }} words */
export function guestApi(path, words) {
  /** @param {string} to @param {object} [body] @returns {Promise<any>} */
  const call = async (to, body = {}) => {
    /** @type {Response} */
    let answer;
    try {
      const headers = { 'Content-Type': 'application/json' };
      answer = await fetch(`${path}/${to}`, { method: 'POST', headers, body: JSON.stringify(body), credentials: 'same-origin' });
    } catch {
      throw new Refused('network', words.network, 0);
    }
    if (answer.status === 204) return undefined;
    const value = await answer.json().catch(() => ({}));
    if (answer.ok) return value;
    throw new Refused(value.code ?? 'failed', value.message ?? words.network, answer.status);
  };
  return {
    /** @param {File} file @returns {Promise<KnownFile>} */
    announce: ({ name, size, type, lastModified }) => call('files', { name, size, type, lastModified }),
    /** @param {string} id @param {number[]} [parts] @returns {Promise<KnownFile>} */
    send: (id, parts = []) => call(`files/${id}/send`, { parts }),
    /** @param {string} id @returns {Promise<KnownFile>} */
    finish: (id) => call(`files/${id}/finish`),
    /** @param {string} id @returns {Promise<void>} */
    abort: (id) => call(`files/${id}/abort`),
    /** @returns {Promise<{ files: KnownFile[], left: { files?: number, bytes?: number } }>} */
    mine: () => call('mine'),
  };
}

/** @typedef {ReturnType<typeof guestApi>} GuestApi */

/** So long nothing moves before a connection is given up. */
const SILENCE_MS = 60_000;

/**
 * Sends bytes to the S3 address. Rejects with `Refused`, whose code is `stopped` where the signal ended it.
 * @param {string} url @param {Record<string, string>} headers @param {Blob} body
 * @param {{ signal: AbortSignal, onSent: (bytes: number) => void, words: { network: string } }} options
 * @returns {Promise<void>}
 */
export function put(url, headers, body, { signal, onSent, words }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let silence = setTimeout(() => request.abort(), SILENCE_MS);
    const stop = () => request.abort();
    /** @param {() => void} settle */
    const end = (settle) => {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
      settle();
    };
    const lost = () => end(() => reject(signal.aborted ? new Refused('stopped', '', 0) : new Refused('network', words.network, 0)));
    request.upload.addEventListener('progress', ({ loaded }) => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE_MS);
      onSent(Math.min(loaded, body.size));
    });
    request.addEventListener('load', () => {
      const { status } = request;
      const message = /<Message>([^<]*)</.exec(request.responseText)?.[1] ?? '';
      end(() => (status >= 200 && status < 300 ? resolve() : reject(new Refused(`status ${status}`, message, status))));
    });
    request.addEventListener('error', lost);
    request.addEventListener('abort', lost);
    if (signal.aborted) return lost();
    signal.addEventListener('abort', stop);
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(body);
  });
}

/**
 * JSON from an address that the operator has named: of bounded size, in bounded time, from there and from nowhere else. Redirects are not
 * followed, since what is sent may be a secret.
 */

export type FetchedJson = { readonly status: number; readonly value: unknown };

export type JsonRequest = {
  /** For all of it, from the name to the last byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Sent by POST as a form; without one it is a GET. */
  readonly form?: URLSearchParams | undefined;
  readonly authorization?: string | undefined;
};

/** Rejects with an Error whose sentence is for the operator; nothing of what was sent is in it. */
export async function fetchJson(url: string, { timeoutMs, maxBytes, form, authorization }: JsonRequest): Promise<FetchedJson> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const reply = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { accept: 'application/json', ...(authorization !== undefined && { authorization }) },
      ...(form !== undefined && { body: form }),
      signal,
    });
    const { status } = reply;
    if (status >= 300 && status < 400) {
      await reply.body?.cancel();
      throw new Unusable(`${url} answered with a redirect, which is not followed.`);
    }
    return { status, value: parsed(await boundedText(reply, maxBytes), url) };
  } catch (error) {
    if (error instanceof Unusable) throw error;
    if (signal.aborted) throw new Unusable(`${url} did not answer within ${timeoutMs / 1000} seconds.`);
    throw new Unusable(`${url} can not be reached.`, { cause: error });
  }
}

class Unusable extends Error {}

/** Counted as it is unpacked, so that nothing small becomes large. */
async function boundedText({ body, url }: Response, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body ?? []) {
    sizeBytes += piece.byteLength;
    // Leaving the loop ends the connection.
    if (sizeBytes > maxBytes) throw new Unusable(`${url} answered more than ${maxBytes} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unusable(`${url} answered what is not JSON.`);
  }
}

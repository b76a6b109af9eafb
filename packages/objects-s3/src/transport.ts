/** One HTTP request to the upstream and its answer: connections, time limits, back-pressure. The only file here that knows node:http. */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/**
 * Each lane has connections of its own. A copy reads one object while it writes another, and either may ask a short question: were they to
 * share what is bounded, enough of them at once would all wait for each other.
 */
export type Lane = 'questions' | 'reads' | 'writes';

export type Outgoing = {
  readonly lane: Lane;
  readonly method: string;
  /** Absolute and encoded; sent as it is, dot segments too. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long the answer's head may take once everything is sent; 60,000 by default. */
  readonly answerWithinMs?: number | undefined;
};

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read to its end, drained or destroyed. Throws where the connection ends before the body does. */
  readonly body: IncomingMessage;
};

/** A request whose body is on its way. */
export type Sending = {
  /** Resolves when there is room for more. Rejects where the connection broke; resolves to the answer where that came before the body's end. */
  write(pieces: readonly Uint8Array[]): Promise<Answer | undefined>;
  /** Sends the last bytes and resolves to the answer. */
  end(pieces: readonly Uint8Array[]): Promise<Answer>;
  /** Cuts the connection: the upstream sees a body that is too short. */
  abandon(): void;
};

export type Transport = {
  exchange(outgoing: Outgoing, body?: Uint8Array): Promise<Answer>;
  /**
   * Sends the head with `Expect: 100-continue`. Resolves when the upstream wants the body, or has said nothing for a second; to the answer
   * where it refuses without having seen the body.
   */
  begin(outgoing: Outgoing): Promise<Sending | Answer>;
  close(): void;
};

export type TransportOptions = {
  /** At most so many connections in each lane; 256 by default. Further requests wait. */
  readonly maxConnections?: number | undefined;
  /** PEM of the authority that the upstream's certificate is from. Default: those Node.js knows. */
  readonly ca?: string | undefined;
  /** A connection on which nothing moves for so long is given up; 60,000 by default. */
  readonly idleMs?: number | undefined;
};

export function openTransport({ maxConnections = 256, idleMs = 60_000, ca }: TransportOptions = {}): Transport {
  // Idle connections are given up before servers usually do it, so that few requests meet one that is just being closed.
  const settings = { keepAlive: true, maxSockets: maxConnections, timeout: 4000 };
  const secure = { ...settings, ...(ca !== undefined && { ca }) };
  const agents = {
    'http:': { questions: new HttpAgent(settings), reads: new HttpAgent(settings), writes: new HttpAgent(settings) },
    'https:': { questions: new HttpsAgent(secure), reads: new HttpsAgent(secure), writes: new HttpsAgent(secure) },
  };

  const start = ({ lane, method, url, headers, answerWithinMs }: Outgoing) => {
    const [, origin = '', path = '/'] = /^(https?:\/\/[^/]+)(\/.*)$/.exec(url) ?? [];
    const { protocol, hostname, port, host } = new URL(origin);
    const request = (protocol === 'https:' ? httpsRequest : httpRequest)({
      agent: protocol === 'https:' ? agents['https:'][lane] : agents['http:'][lane],
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? undefined : Number(port),
      method,
      path,
      headers: { ...headers, host },
    });
    // An answer that may take longer is waited for without anything moving.
    const silentMs = Math.max(idleMs, answerWithinMs ?? 0);
    request.setTimeout(silentMs, () => request.destroy(new TimedOut(`nothing moved for ${silentMs} ms`)));
    let early: Answer | undefined;
    const answered = new Promise<Answer>((resolve, reject) => {
      request.on('error', reject);
      request.on('response', (body) => {
        early = { status: body.statusCode ?? 0, headers: body.headers, body };
        // An error after the head is for whoever reads the body; without a listener it would end the process.
        body.on('error', () => undefined);
        resolve(early);
      });
    });
    answered.catch(() => undefined);
    const answer = (): Promise<Answer> => {
      const withinMs = answerWithinMs ?? 60_000;
      const impatience = setTimeout(() => request.destroy(new TimedOut(`no answer for ${withinMs} ms`)), withinMs);
      return answered.finally(() => clearTimeout(impatience));
    };
    return { request, answered, answer, early: () => early };
  };

  return {
    exchange(outgoing, body) {
      const { request, answer } = start(outgoing);
      request.end(body);
      return answer();
    },

    async begin(outgoing) {
      const { request, answered, answer, early } = start({ ...outgoing, headers: { ...outgoing.headers, expect: '100-continue' } });
      request.flushHeaders();
      const refused = await Promise.race([answered, wanted(request, outgoing.answerWithinMs)]);
      if (refused !== undefined) {
        // Its body will never come: without this the connection would be waited for.
        refused.body.once('end', () => request.destroy());
        return refused;
      }

      /** Resolves once there is room, or the answer is there. */
      const write = async (pieces: readonly Uint8Array[]): Promise<Answer | undefined> => {
        let hasRoom = true;
        request.cork();
        for (const piece of pieces) hasRoom = request.write(piece);
        request.uncork();
        if (!hasRoom) await Promise.race([answered, once(request, 'drain')]);
        return early();
      };
      return {
        write,
        async end(pieces) {
          request.cork();
          for (const piece of pieces) request.write(piece);
          request.end();
          return answer();
        },
        abandon: () => void request.destroy(),
      };
    },

    close() {
      for (const { questions, reads, writes } of Object.values(agents)) for (const agent of [questions, reads, writes]) agent.destroy();
    },
  };
}

/** A failure on the way, by its code: worth another try where the request may be sent twice. */
export function isConnectionFailure(error: unknown): boolean {
  return error instanceof TimedOut || (error instanceof Error && 'code' in error && CODES.has(String(error.code)));
}

const CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

const CONTINUE_WITHIN_MS = 1000;

/** The second begins with the connection: before, there is nobody who could answer. */
function wanted(request: ReturnType<typeof httpRequest>, connectWithinMs = 60_000): Promise<undefined> {
  return new Promise((resolve, reject) => {
    const waiting = setTimeout(() => request.destroy(new TimedOut(`no connection for ${connectWithinMs} ms`)), connectWithinMs);
    const silence = { timer: undefined as NodeJS.Timeout | undefined };
    const done = () => {
      clearTimeout(waiting);
      clearTimeout(silence.timer);
    };
    request.once('socket', (socket) => {
      const begin = () => {
        clearTimeout(waiting);
        silence.timer = setTimeout(() => resolve(undefined), CONTINUE_WITHIN_MS);
      };
      if (socket.connecting) socket.once('connect', begin);
      else begin();
    });
    request.once('continue', () => resolve(undefined));
    request.once('continue', done);
    request.once('response', done);
    request.once('error', (error) => {
      done();
      reject(error);
    });
  });
}

function once(request: ReturnType<typeof httpRequest>, event: 'drain'): Promise<void> {
  return new Promise((resolve) => {
    request.once(event, resolve);
  });
}

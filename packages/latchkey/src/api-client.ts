import { sign } from '@latchkey/sigv4/sign';
import { askedServer, clientFlags, noServerAt } from './client-target.ts';
import type { Call } from './command.ts';
import { Failure, wrongUsage } from './failure.ts';
import type { Flags } from './flags.ts';
import type { Credentials } from './profile.ts';
import { ConsoleUnreachable, consoleUrl, type ServerFacts, serverFacts } from './server-facts.ts';

/** Where the JSON API is, and as whom. */
export type ApiPlace = {
  readonly console: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** What new links are to begin with, where the server does not know it better. */
  readonly linkEndpoint: string | undefined;
};

export type ApiRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind `/api/v1`, encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
};

/** The flags of every command that asks the JSON API. */
export const apiFlags = {
  'endpoint-url': {
    kind: 'text',
    value: 'URL',
    help: 'The S3 address of the server; otherwise AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile',
  },
  'console-url': { kind: 'text', value: 'URL', help: 'Its console address, where the server is behind a proxy' },
  profile: clientFlags.profile,
  data: clientFlags.data,
} as const satisfies Flags;

/** The server that the command line and the environment name. Throws a `Failure` where nothing answers there, or no Latchkey server. */
export async function apiPlace({ values, environment }: Pick<Call<typeof apiFlags>, 'values' | 'environment'>): Promise<ApiPlace> {
  const { endpoint, credentials } = await askedServer(values, environment);
  const facts = await serverFacts(endpoint).catch((cause: unknown) => {
    throw noServerAt(endpoint, cause);
  });
  if (facts === undefined) throw new Failure(`What answers at ${endpoint} is not Latchkey, and only Latchkey has links and a trail.`);
  return placeOf(facts, { endpoint, region: facts.region, credentials }, values);
}

/** The API of a server whose facts are known. Throws `ConsoleUnreachable`. */
export function placeOf(
  facts: Pick<ServerFacts, 'console' | 'publicUrl'>,
  { endpoint, region, credentials }: { readonly endpoint: string; readonly region: string; readonly credentials: Credentials },
  { 'console-url': named }: { readonly 'console-url'?: string },
): ApiPlace {
  const linkEndpoint = facts.publicUrl === undefined ? endpoint : undefined;
  return { console: consoleUrl(named, facts, endpoint), region, credentials, linkEndpoint };
}

/** Sends a request and gives the value of its answer; `undefined` for an answer without. Throws a `Failure` in the server's words. */
export async function askApi<Answer>(place: ApiPlace, request: ApiRequest): Promise<Answer> {
  const answer = await openApi(place, request);
  const text = await answer.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

/** The same for an answer that is read while it comes. */
export async function openApi({ console, region, credentials }: ApiPlace, { method, path, query, body }: ApiRequest): Promise<Response> {
  const url = `${console}/api/v1${path}${queryText(query)}`;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text === undefined ? {} : { 'content-type': 'application/json' };
  const signed = sign({ method, url, headers, body: text, region, service: 'latchkey', credentials });
  const answer = await send(url, { method, headers: signed.headers, redirect: 'manual', ...(text !== undefined && { body: text }) });
  if (!answer.ok) throw await refusal(answer, url);
  return answer;
}

function queryText(query: ApiRequest['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${given.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&')}`;
}

async function send(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (cause) {
    throw new ConsoleUnreachable(
      `The console address does not answer: ${new URL(url).origin}. Name the one that is reached from here with --console-url.`,
      {
        cause,
      },
    );
  }
}

/** The server's no, and its code. */
export class RefusedByServer extends Failure {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

type Problem = {
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
};

/** What was wrong with a request shows as what is wrong with the flags that made it. */
async function refusal(answer: Response, url: string): Promise<Failure> {
  const problem = (await answer.json().catch(() => undefined)) as Problem | undefined;
  if (problem?.detail === undefined)
    return new Failure(`What answered at ${new URL(url).origin} (with status ${answer.status}) is not the API of Latchkey.`);
  if (problem.errors !== undefined) {
    return wrongUsage(problem.errors.map(sentence).join(' '));
  }
  return new RefusedByServer(`The server refused: ${problem.detail} (${problem.code})`, problem.code ?? '');
}

/** A detail goes on where the name of the member ends, or is a sentence of its own. */
function sentence({ pointer, detail }: { readonly pointer: string; readonly detail: string }): string {
  if (pointer === '') return detail;
  return /^[a-z]/.test(detail) ? `${flagOf(pointer)} ${detail}` : `${flagOf(pointer)}: ${detail}`;
}

function flagOf(pointer: string): string {
  const [, member = ''] = pointer.split('/');
  const index = /^\/\w+\/(\d+)/.exec(pointer)?.[1];
  const name = FLAG_OF_MEMBER[member] ?? member;
  return index === undefined ? name : `${name} (number ${Number(index) + 1})`;
}

const FLAG_OF_MEMBER: Readonly<Record<string, string>> = {
  events: '--event',
  expiresIn: '--expires-in',
  expiresAt: '--expires-in',
  notBefore: '--not-before',
  maxUses: '--uses',
  sourceIp: '--from',
  minSize: '--min-size',
  maxSize: '--max-size',
  contentTypes: '--content-types',
  noOverwrite: '--no-overwrite',
  downloadName: '--download-as',
  maxBytesPerSecond: '--max-rate',
  label: '--label',
  note: '--note',
  endpoint: '--public-url',
  style: '--style',
  method: '--method',
  bucket: 'The bucket',
  key: 'The key',
  limit: '--limit',
  maxFiles: '--max-files',
  maxTotalBytes: '--max-total-size',
  keyTemplate: '--key-template',
  checksContent: '--check-content',
  since: '--since',
  downloads: '--downloads',
  minSizeBytes: '--min-size',
  lifetimeSeconds: '--lifetime',
};

import { childrenOf, childText, parseXml, type XmlElement } from '@latchkey/s3/xml';
import { NAMESPACES } from '@latchkey/server/query/namespaces';
import { sign } from '@latchkey/sigv4/sign';
import { askedServer, clientFlags, noServerAt } from './client-target.ts';
import type { Call } from './command.ts';
import { Failure } from './failure.ts';
import type { Flags } from './flags.ts';

/** Calls an action of IAM, STS or Latchkey and gives its result. Throws a `Failure` in the server's words. */
export type QueryClient = (service: 'iam' | 'sts' | 'latchkey', action: string, parameters: Parameters) => Promise<XmlElement>;
export type Parameters = Readonly<Record<string, string | undefined>>;

export const queryFlags = {
  'endpoint-url': clientFlags['endpoint-url'],
  region: clientFlags.region,
  profile: clientFlags.profile,
  data: clientFlags.data,
} as const satisfies Flags;

/** A client with the credentials and for the server that the command line and the environment name. */
export async function queryClient({ values, environment }: Pick<Call<typeof queryFlags>, 'values' | 'environment'>): Promise<QueryClient> {
  const { endpoint, region = 'us-east-1', credentials } = await askedServer(values, environment);
  const url = `${endpoint.replace(/\/+$/, '')}/`;
  return async (service, action, parameters) => {
    const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const body = new URLSearchParams([['Action', action], ['Version', '2010-05-08'], ...given]).toString();
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const signed = sign({ method: 'POST', url, headers, body, region, service, credentials });
    const reply = await send(url, { method: 'POST', headers: signed.headers, body });
    const document = readXml(await reply.text(), NAMESPACES[service], reply.status);
    if (reply.ok) return childrenOf(document, `${action}Result`)[0] ?? document;
    const [error = document] = childrenOf(document, 'Error');
    throw new Failure(`${childText(error, 'Message') ?? 'The server refused'} (${childText(error, 'Code') ?? reply.status})`);
  };
}

async function send(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (cause) {
    throw noServerAt(url, cause);
  }
}

function readXml(text: string, namespace: string, status: number): XmlElement {
  try {
    return parseXml(text, { namespace });
  } catch (cause) {
    throw new Failure(`What answered (with status ${status}) does not speak IAM.`, { cause });
  }
}

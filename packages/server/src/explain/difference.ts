/**
 * What was signed where a signature is wrong. The server knows the secret, so that it can try what usually happens to URLs on their way and
 * see which of it makes the signature right. What it tells is only whether this signature is right for another request.
 */
import { parse } from '../parse.ts';
import type { Addressed, Incoming, Method } from '../pipeline.ts';
import { withCall } from '../query/read-call.ts';
import type { Difference } from './check.ts';
import type { ExplainContext } from './explain-request.ts';

type Variant = Difference & { readonly request: Incoming };

export async function findDifference(
  request: Addressed,
  { site }: ExplainContext,
  verifies: (request: Addressed) => Promise<boolean>,
): Promise<Difference> {
  const hosts = site.publicAddresses.map(({ host }) => host);
  for (const { request: candidate, ...difference } of variantsOf(request, hosts)) {
    const addressed = await addressedIfReadable(candidate, site);
    if (addressed !== undefined && (await verifies(addressed))) return difference;
  }
  return cutOff(request) ?? notSent(request) ?? OTHER_SECRET;
}

const METHODS: readonly Method[] = ['GET', 'PUT', 'HEAD', 'DELETE', 'POST'];

function* variantsOf(request: Addressed, hosts: readonly string[]): Generator<Variant> {
  const { method, rawTarget } = request;
  for (const signed of METHODS.filter((other) => other !== method)) {
    const explanation = `It is signed for ${signed}, and was sent as ${method}: a signature is good for one method.`;
    yield { part: 'method', signed, received: method, explanation, request: { ...request, method: signed } };
  }
  for (const signed of otherHosts(request, hosts)) {
    const explanation = `It is signed for the host ${signed}, and was sent to ${request.host}: something on its way replaced Host.`;
    yield { part: 'host', signed, received: request.host, explanation, request: withHost(request, signed) };
  }
  for (const [part, target, explanation] of otherTargets(rawTarget)) {
    if (target === rawTarget) continue;
    yield { part, signed: shown(part, target), received: shown(part, rawTarget), explanation, request: { ...request, rawTarget: target } };
  }
}

function otherHosts({ host }: Addressed, known: readonly string[]): ReadonlySet<string> {
  const bare = host.replace(/:\d+$/, '');
  const hosts = new Set([host.toLowerCase(), bare, `${bare}:443`, `${bare}:80`, ...known]);
  hosts.delete(host);
  return hosts;
}

function withHost(request: Incoming, host: string): Incoming {
  return { ...request, headers: request.headers.map((header) => (header[0] === 'host' ? (['host', host] as const) : header)) };
}

type OtherTarget = readonly [part: 'path' | 'query' | 'signature', target: string, explanation: string];

function* otherTargets(rawTarget: string): Generator<OtherTarget> {
  const [path = '', query = ''] = splitOnce(rawTarget);
  yield ['path', `${path.replaceAll('%25', '%')}?${query}`, 'The path was percent-encoded a second time on its way.'];
  yield ['path', `${path.replaceAll('+', '%20')}?${query}`, 'The path was signed with a space where a plus arrived.'];
  yield ['path', `${path.replace(/\/+/g, '/')}?${query}`, 'Slashes were added to the path on its way.'];
  yield ['query', `${path}?${query.replaceAll('%25', '%')}`, 'The query was percent-encoded a second time on its way.'];
  yield [
    'signature',
    `${path}?${query.replace(/(X-Amz-Signature=[0-9a-f]{64})[^&]+/, '$1')}`,
    'Something was added to the end of the signature, such as the punctuation of the text around it.',
  ];
  const parameters = query.split('&');
  const end = parameters.findIndex((parameter) => parameter.startsWith('X-Amz-Signature='));
  if (end !== -1 && end < parameters.length - 1) {
    const added = parameters.slice(end + 1).map((parameter) => parameter.split('=', 1)[0]);
    const signed = parameters.slice(0, end + 1).join('&');
    yield ['query', `${path}?${signed}`, `Parameters were added to the URL after it was signed: ${added.join(', ')}.`];
  }
  for (const parameter of parameters
    .filter((candidate) => !/^(X-Amz-|AWSAccessKeyId=|Signature=|Expires=)/i.test(candidate))
    .slice(0, MOST_TRIED)) {
    const rest = parameters.filter((other) => other !== parameter).join('&');
    yield ['query', `${path}?${rest}`, `The parameter ${parameter.split('=', 1)[0]} was added to the URL after it was signed.`];
  }
}

const MOST_TRIED = 20;

/** Of a query only what is not the signature's own: neither the signature nor a token is repeated. */
function shown(part: Difference['part'], target: string): string {
  const [path = '', query = ''] = splitOnce(target);
  if (part === 'path') return path;
  if (part === 'signature') return '';
  const parameters = query.split('&').filter((parameter) => !/^(X-Amz-|AWSAccessKeyId=|Signature=)/i.test(parameter));
  return parameters.join('&');
}

function splitOnce(target: string): readonly [path: string, query: string] {
  const at = target.indexOf('?');
  return at === -1 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

async function addressedIfReadable(candidate: Incoming, site: ExplainContext['site']): Promise<Addressed | undefined> {
  try {
    return await withCall(parse(candidate, site));
  } catch {
    return undefined;
  }
}

function cutOff({ target }: Addressed): Difference | undefined {
  const signature = target.query.find(({ name }) => name === 'X-Amz-Signature')?.value;
  if (signature === undefined || signature.length === 64) return undefined;
  const explanation = `A signature has 64 digits, and this one has ${signature.length} characters: the URL lost its end, or gained one.`;
  return { part: 'signature', signed: '', received: '', explanation };
}

/** Signed headers whose values only the sender knows. */
function notSent({ target, headers }: Addressed): Difference | undefined {
  const listed = (target.query.find(({ name }) => name === 'X-Amz-SignedHeaders')?.value ?? '').split(';');
  const inQuery = (wanted: string) => target.query.some(({ name }) => name.toLowerCase() === wanted);
  const missing = listed.filter((name) => name !== '' && !headers.some(([sent]) => sent === name) && !inQuery(name));
  if (missing.length === 0) return undefined;
  const explanation = `It is signed with ${missing.join(', ')}, and came without: that has to be sent with the value that was signed.`;
  return { part: 'header', signed: missing.join(', '), received: '', explanation };
}

const OTHER_SECRET: Difference = {
  part: 'secret',
  signed: '',
  received: '',
  explanation:
    'Nothing that usually happens to a URL makes the signature right. It was made with another secret access key than the one known here, or for another request than this one; compare the canonical request with the signer’s.',
};

/** Whether what is given out works for others: what a recipient's browser would send is sent, through everything that stands in between. */
import { isRefusal } from '../api/refusal.ts';
import { isLoopback } from '../loopback.ts';
import { objectUrl, s3 } from '../s3/client.ts';
import { site } from '../site.ts';
import type { ServerState } from './server.ts';

export type Check = 'local' | 'secure' | 'signed' | 'presigned' | 'proxy';
export type Finding = { readonly check: Check; readonly isGood: boolean };

export async function testPublicAddress(server: ServerState): Promise<readonly Finding[]> {
  const endpoint = isLoopback(server.endpoint) ? site.endpoint : server.endpoint;
  const [signed, presigned] = await Promise.all([isSignedRequestUnderstood(), isPresignedUrlUnderstood()]);
  return [
    { check: 'local', isGood: !isLoopback(endpoint) },
    { check: 'secure', isGood: endpoint.startsWith('https:') },
    { check: 'signed', isGood: signed },
    { check: 'presigned', isGood: presigned },
    { check: 'proxy', isGood: !server.isBehindUnknownProxy },
  ];
}

/** Whoever may not list buckets was understood all the same. */
async function isSignedRequestUnderstood(): Promise<boolean> {
  try {
    await s3({ method: 'GET' });
    return true;
  } catch (error) {
    return isRefusal(error) && error.code === 'AccessDenied';
  }
}

/** Of an object that is not there, in a bucket that can not be: a signature that did not hold would be complained of first. */
async function isPresignedUrlUnderstood(): Promise<boolean> {
  const url = await objectUrl({ bucket: 'latchkey-address-test', key: 'sélf test/ä+b', expiresInSeconds: 60 });
  try {
    const answer = await fetch(url, { credentials: 'omit', cache: 'no-store' });
    return !(await answer.text()).includes('<Code>SignatureDoesNotMatch</Code>');
  } catch {
    return false;
  }
}

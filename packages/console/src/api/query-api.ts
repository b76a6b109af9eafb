/** IAM, STS and what is ours alone, which are forms posted to the S3 address and answered in XML. */
import { queryText } from '../query-text.ts';
import { signedFetch } from '../session/signed-fetch.ts';
import { site } from '../site.ts';

/**
 * Calls an action: `callAction('iam', 'ListUsers', { MaxItems: 100 })`. Resolves with the `…Result` element, or the root where there is none.
 * Throws a Refusal.
 */
export async function callAction(
  service: 'iam' | 'sts' | 'latchkey',
  action: string,
  parameters: Readonly<Record<string, string | number | boolean | undefined>> = {},
  signal?: AbortSignal,
): Promise<Element> {
  const body = queryText({ Action: action, Version: VERSIONS[service], ...parameters }).slice(1);
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const answer = await signedFetch({ method: 'POST', url: `${site.endpoint}/`, service, headers, body, signal });
  const root = new DOMParser().parseFromString(await answer.text(), 'application/xml').documentElement;
  return root.querySelector(`:scope > ${action}Result`) ?? root;
}

const VERSIONS = { iam: '2010-05-08', sts: '2011-06-15', latchkey: '2026-11-01' } as const;

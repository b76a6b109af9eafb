/** What a reply says differently because of the terms it is delivered under. */
import { attachment } from '@latchkey/sigv4/content-disposition';
import { linkOf } from '../identity/principals.ts';
import type { Admitted } from '../pipeline.ts';

/** Names and values in turn. */
export function linkHeaders(headers: readonly string[], request: Admitted): readonly string[] {
  const { terms, principal } = request;
  const isPlain = terms?.maxUses === undefined && terms?.sourceIp === undefined && terms?.downloadName === undefined;
  if (isPlain && terms?.disposition === undefined && linkOf(principal) !== undefined) return headers.concat(NO_REFERRER);
  const changed: (readonly [name: string, value: string])[] = [];
  // A cache in between would deliver to others, and count nothing.
  if (terms?.maxUses !== undefined || terms?.sourceIp !== undefined) changed.push(['Cache-Control', 'private, no-store']);
  const disposition = terms && dispositionOf(terms);
  if (disposition !== undefined) changed.push(['Content-Disposition', disposition]);
  // A page that is opened by its link must not tell the link to whatever it links to.
  if (linkOf(principal) !== undefined) changed.push(NO_REFERRER);
  if (changed.length === 0) return headers;
  const replaced = new Set(changed.map(([name]) => name));
  const kept = headers.filter((_, index) => !replaced.has(headers[index - (index % 2)] ?? ''));
  return [...kept, ...changed.flat()];
}

const NO_REFERRER = ['Referrer-Policy', 'no-referrer'] as const;

function dispositionOf({ downloadName, disposition }: NonNullable<Admitted['terms']>): string | undefined {
  if (downloadName === undefined) return disposition;
  const asAttachment = attachment(downloadName);
  return disposition === 'inline' ? asAttachment.replace('attachment', 'inline') : asAttachment;
}

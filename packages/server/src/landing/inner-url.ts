/** The pre-signed URL behind a link's page: made when somebody asks for it, and good for an hour, whatever the link's own end. */
import { presign } from '@latchkey/sigv4/presign';
import type { Link } from '../links/model.ts';

const GOOD_FOR_SECONDS = 3600;

export type InnerUrl = { readonly url: string /** Milliseconds since the epoch. */; readonly expiresAt: number };

/** `use` says what the browser is to do with it, where the link's own terms do not. */
export function innerUrl(
  link: Link,
  use: 'save' | 'show',
  secretAccessKey: string,
  { region, now }: { region: string; now: number },
): InnerUrl {
  const key = link.key ?? '';
  const isSettled = link.terms.disposition !== undefined || link.terms.downloadName !== undefined;
  const { url, expiresAt } = presign({
    method: 'GET',
    bucket: link.bucket,
    key,
    region,
    endpoint: link.endpoint,
    style: link.style,
    credentials: { accessKeyId: link.id, secretAccessKey },
    expiresIn: GOOD_FOR_SECONDS,
    now: new Date(now),
    ...(use === 'save' && !isSettled && { downloadAs: fileName(link) }),
  });
  return { url, expiresAt: Math.min(expiresAt.getTime(), link.terms.expiresAt) };
}

/** What people know the file by. */
export function fileName({ key = '', terms }: Link): string {
  return terms.downloadName ?? (key.split('/').findLast((part) => part !== '') || key);
}

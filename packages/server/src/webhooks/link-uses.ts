/** Tells of the uses of links. */
import { linkOf } from '../identity/principals.ts';
import type { Authorised, Reply } from '../pipeline.ts';
import type { Events } from './events.ts';
import type { Happened } from './link-event.ts';

/** The use that this is of so many. */
export type NumberedUse = { readonly before: number; readonly max: number };

/** Of a counted link, or an upload; resolves when it is on disk, `undefined` where nobody is told. `uses` of what is counted. */
export function tellUse(request: Authorised, events: Events, uses?: NumberedUse): Promise<void> | undefined {
  const link = linkOf(request.principal);
  // The signature of a URL is nobody's link, and what asks as a link for an upload request is told of by itself.
  if (link === undefined || link.upload !== undefined) return undefined;
  const [used, exhausted] = [events.areTold('link.used'), events.areTold('link.exhausted')];
  if (used === false && exhausted === false) return undefined;
  const shown = uses && { uses: { used: uses.before + 1, max: uses.max } };
  const of = { link, more: { ...shown, key: request.form?.key ?? request.key }, incoming: request };
  const isLast = uses !== undefined && uses.before + 1 >= uses.max;
  const happened: Happened[] = [{ type: 'link.used', ...of }, ...(isLast ? [{ type: 'link.exhausted' as const, ...of }] : [])];
  return events.tell(happened);
}

/** Of a link that is not counted: once for each download from its start, and not for each range of a film. */
export function tellDownload(reply: Reply, request: Authorised, events: Events): Promise<void> | undefined {
  const redirect = reply.notes?.redirect;
  if (request.method !== 'GET' || (reply.status !== 200 && reply.status !== 206 && redirect === undefined)) return undefined;
  if (!DOWNLOADS.has(request.operation.name) || events.areTold('link.used') === false) return undefined;
  if (redirect !== undefined) return (redirect.range?.start ?? 0) === 0 ? tellUse(request, events) : undefined;
  const range = reply.status === 206 ? reply.headers[reply.headers.indexOf('Content-Range') + 1] : undefined;
  return range === undefined || range.startsWith('bytes 0-') ? tellUse(request, events) : undefined;
}

const DOWNLOADS: ReadonlySet<string> = new Set(['GetObject', 'GetFolderZip']);

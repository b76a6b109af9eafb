/** Makes what a draft describes, and takes it back. */
import { api } from '../api/client.ts';
import { type ShareDraft, savedName, wantedLink, wayOf } from './draft.ts';
import { betterEndpoint, betterPage, type LinkLimits } from './limits.ts';
import type { UsableLink } from './snippets.ts';
import type { ShareSubject } from './subject.ts';

export type MadeLink = UsableLink & {
  readonly id: string;
  readonly kind: 'link' | 'request';
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
};

type Answer = {
  readonly id: string;
  readonly method?: UsableLink['method'];
  readonly url?: string;
  readonly landingUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly hasPassword?: boolean;
  readonly expiresAt: string;
};

/** Throws the refusal. `attempt` is the same for every try at the same link: whatever the network loses, it is made once. */
export async function makeLink(subject: ShareSubject, draft: ShareDraft, limits: LinkLimits, attempt: string): Promise<MadeLink> {
  const { path, body } = wantedLink(subject, draft, limits, betterEndpoint(limits));
  const answer = await api<Answer>('POST', path, { body, idempotencyKey: attempt });
  const isPage = wayOf(subject, draft) === 'page';
  const url = (isPage ? (answer.landingUrl ?? answer.url) : answer.url) ?? '';
  return {
    id: answer.id,
    kind: path === '/requests' ? 'request' : 'link',
    method: answer.method ?? 'GET',
    url: isPage ? betterPage(url) : url,
    headers: answer.headers,
    fields: answer.fields,
    isPage,
    hasPassword: answer.hasPassword === true,
    expiresAt: Date.parse(answer.expiresAt),
    fileName: savedName(subject, draft),
    contentType: 'contentType' in subject ? subject.contentType : undefined,
  };
}

/** From the next request on, nobody gets anything through it. */
export async function takeBack({ id, kind }: Pick<MadeLink, 'id' | 'kind'>): Promise<void> {
  await api('DELETE', `/${kind === 'link' ? 'links' : 'requests'}/${encodeURIComponent(id)}`);
}

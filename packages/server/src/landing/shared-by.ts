import type { Link } from '../links/model.ts';
import { type Html, html } from '../pages/html.ts';
import type { Words } from '../pages/words.ts';

/** Who shares: a name within the store, not the whole of an ARN. Nothing of the root user, who has no name. */
export function sharedBy({ issuer }: Pick<Link, 'issuer'>, words: Pick<Words, 'sharedBy'>): Html | undefined {
  const name = issuer.kind === 'user' ? issuer.user : issuer.kind === 'role' ? issuer.sessionName : undefined;
  return name === undefined ? undefined : html`<dt>${words.sharedBy}</dt><dd>${name}</dd>`;
}

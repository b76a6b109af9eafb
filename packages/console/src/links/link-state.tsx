/** How a link or request stands: until when it works, or why it does not. */
import { Badge } from '../components/note.tsx';
import { Time } from '../components/value.tsx';
import { words } from '../words/words.ts';
import { type Link, nameInArn } from './link.ts';
import { ruleText } from './rule.ts';

export type Standing = {
  readonly status: string;
  readonly expiresAt: string;
  readonly revokedAt?: string | undefined;
  readonly closedAt?: string | undefined;
};

export function LinkState({ of: { status, expiresAt, revokedAt, closedAt } }: { readonly of: Standing }) {
  const text = words().links;
  switch (status) {
    case 'active':
      return (
        <Badge kind="good">
          <Time at={Date.parse(expiresAt)} />
        </Badge>
      );
    case 'revoked':
      return (
        <Badge kind="danger">
          {text.revoked} {revokedAt !== undefined && <Time at={Date.parse(revokedAt)} />}
        </Badge>
      );
    case 'closed':
      return (
        <Badge kind="danger">
          {text.closed} {closedAt !== undefined && <Time at={Date.parse(closedAt)} />}
        </Badge>
      );
    case 'expired':
      return (
        <Badge>
          {text.expired} <Time at={Date.parse(expiresAt)} />
        </Badge>
      );
    case 'paused':
      return <Badge kind="warn">{text.paused}</Badge>;
    case 'not-yet':
      return <Badge kind="warn">{text.notYet}</Badge>;
    case 'full':
      return <Badge kind="warn">{text.full}</Badge>;
    default:
      return <Badge>{text.usedUp}</Badge>;
  }
}

/** Who has revoked it, and by which rule if it was not meant alone; a link to the rules where `hasWay`. */
export function RevokedBy({ link: { revokedBy, revokedByRule }, hasWay = false }: { readonly link: Link; readonly hasWay?: boolean }) {
  const text = words().links;
  if (revokedBy === undefined) return null;
  const name = nameInArn(revokedBy);
  if (revokedByRule === undefined) return <span class="sub">{text.createdBy(name)}</span>;
  const sentence = text.revokedByRule(name, ruleText(revokedByRule));
  return <span class="sub">{hasWay ? <a href="/links/rules">{sentence}</a> : sentence}</span>;
}

/** Sessions of people in the console, as the API shows them. */
import { array, boolean, optional, picklist, string } from 'valibot';
import { type ConsoleSession, endOf } from '../../console-sessions/console-session.ts';
import { members } from '../input.ts';
import { cursor, flag, isoTime, limit, text, timeText } from './values.ts';

const principal = members({ kind: picklist(['root', 'user', 'role']), name: string(), arn: string() });

/** What a browser gets when it signs in, and again whenever it asks. */
export const signedIn = members({
  sessionId: string(),
  principal,
  credentials: members({ accessKeyId: string(), secretAccessKey: string(), sessionToken: string(), expiresAt: timeText }),
  csrfToken: string(),
  expiresAt: timeText,
});

/** Where a browser goes to sign in with the identity provider; it comes back with the same state. */
export const providerUrl = members({ url: string(), state: string() });

/** What it comes back with. */
export const providerAnswer = members({ code: text(4096), state: text(256) });

export const session = members({
  id: string(),
  user: string(),
  isCurrent: boolean(),
  createdAt: timeText,
  lastSeenAt: timeText,
  expiresAt: timeText,
  address: string(),
  userAgent: string(),
});

export const pageOfSessions = members({ items: array(session), next: optional(string()) });

export const sessionQuery = members({ all: optional(flag), limit: optional(limit), after: optional(cursor) });

export function shownSession(id: string, kept: ConsoleSession, currentId: string | undefined) {
  return {
    id,
    user: kept.name,
    isCurrent: id === currentId,
    createdAt: isoTime(kept.createdAt),
    lastSeenAt: isoTime(kept.seenAt),
    expiresAt: isoTime(endOf(kept)),
    address: kept.address,
    userAgent: kept.userAgent,
  };
}

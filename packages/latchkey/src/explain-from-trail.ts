import { presignedUrlFacts } from '@latchkey/server/links/url-facts';
import { readSignedUrl } from '@latchkey/sigv4/signed-url';
import { type ApiPlace, apiFlags, apiPlace, askApi, RefusedByServer } from './api-client.ts';
import type { Call } from './command.ts';
import { wrongUsage } from './failure.ts';
import type { Flags } from './flags.ts';
import { eventLine, type ShownEvent } from './trail-lines.ts';

export const fromTrailFlags = {
  trail: { kind: 'switch', help: 'Ask the server what its audit trail has of the URL: who used it, and why it was refused' },
  'console-url': apiFlags['console-url'],
} as const satisfies Flags;

type Values = Call<typeof apiFlags>['values'] & { readonly trail?: boolean };

/** Whether the trail is asked: where somebody says so, or names a server for no other reason. */
export function asksTrail({ trail, 'endpoint-url': endpoint, profile }: Values): boolean {
  return trail === true || endpoint !== undefined || profile !== undefined;
}

const LATEST = 20;

/** What the trail has of a URL, latest last. Only the hash of its signature, or the id of its link, is sent. Throws a `Failure`. */
export async function eventsOf(url: string, call: Pick<Call<typeof apiFlags>, 'values' | 'environment'>): Promise<readonly ShownEvent[]> {
  const facts = presignedUrlFacts(url.trim());
  if (facts === undefined) throw wrongUsage('The trail knows URLs by their signature, and this URL has none.');
  const place = await apiPlace(call);
  const { bucket, key } = readSignedUrl(facts.parts, new Date());
  const about = facts.linkId === undefined ? { signature: facts.signatureHash } : { link: facts.linkId };
  try {
    return await ask(place, about);
  } catch (error) {
    // Whoever may not read all of the trail may be allowed to read about the object.
    if (!(error instanceof RefusedByServer) || error.code !== 'AccessDenied' || bucket === undefined) throw error;
    return ask(place, { ...about, bucket, key });
  }
}

async function ask(place: ApiPlace, about: Readonly<Record<string, string | undefined>>): Promise<readonly ShownEvent[]> {
  const query = { ...about, order: 'newest', limit: LATEST };
  const { items } = await askApi<{ readonly items: readonly ShownEvent[] }>(place, { method: 'GET', path: '/audit', query });
  return [...items].reverse();
}

/** For a person: first why it was refused last, then everything. */
export function trailLines(events: readonly ShownEvent[]): readonly string[] {
  if (events.length === 0) return ['', 'The audit trail has nothing of it: as far as it is kept, nobody has used it there.'];
  const refused = events.findLast(({ errorCode }) => errorCode !== undefined);
  return [
    '',
    ...(refused === undefined ? [] : [whyOf(refused)]),
    'The audit trail has of it, latest last:',
    ...events.map((event) => `  ${eventLine(event)}`),
  ];
}

function whyOf({ eventTime, errorCode, errorMessage, additionalEventData }: ShownEvent): string {
  const { decision } = additionalEventData.latchkey;
  const why = decision === undefined ? '' : ` ${decision.reason}`;
  return `It was refused on ${eventTime} with ${errorCode}: ${errorMessage ?? ''}${why}`.trimEnd();
}

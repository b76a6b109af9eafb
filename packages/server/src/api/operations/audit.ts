/** The audit trail: asked, followed, exported and checked. */
import { optional } from 'valibot';
import { EXPORT_TYPES, exported } from '../../audit/formats.ts';
import type { TrailRecord } from '../../audit/record.ts';
import type { AuditTrail, TrailFilter, TrailPaging } from '../../audit/trail.ts';
import { bucketArn, objectArn } from '../../operations/permissions.ts';
import type { Permission } from '../../pipeline.ts';
import { awaitEvents } from '../await-events.ts';
import { invalidInput, members } from '../input.ts';
import { defineApiOperation } from '../operation.ts';
import { audited, auditQuery, type Moment, msOf, verdict } from '../schemas/audit.ts';
import { text } from '../schemas/values.ts';

const DEFAULT_LIMIT = 100;
const EXPORT_PAGE = 500;

/** To read about a bucket or an object needs the right for it; to read about everything, for everything. */
function readAudit({ bucket, key }: { readonly bucket?: string | undefined; readonly key?: string | undefined }): readonly Permission[] {
  const resource = bucket === undefined ? '*' : key === undefined ? bucketArn(bucket) : objectArn(bucket, key);
  return [{ action: 'latchkey:ReadAudit', resource }];
}

export const queryAudit = defineApiOperation({
  name: 'QueryAudit',
  method: 'GET',
  path: '/audit',
  summary:
    'Events of the audit trail that have all that is asked for. To follow, ask again with `latest` of the page before as `after`, and `wait`: so many seconds the answer waits for an event, other than of this very operation',
  actions: ['latchkey:ReadAudit'],
  query: auditQuery,
  answer: {
    status: 200,
    description: 'A page of events; or, in another format, all that match, up to a limit where one is given',
    body: audited,
    otherTypes: ['text/plain', 'text/csv'],
  },
  needs: ({ query }) => readAudit(query),
  async run({ input: { query }, caller, stores, site }) {
    const { order, limit, after, wait, format, ...asked } = query;
    // Behind a cursor it is later than any age that was asked for at first.
    const filter = filterOf({ ...asked, since: after === undefined ? asked.since : undefined }, site.now());
    if (format !== 'json') {
      const events = everyEvent(stores.trail, filter, { after, limit, newestFirst: order === 'newest' });
      return { stream: exported(format, events, site.owner.id), type: EXPORT_TYPES[format] };
    }
    const paging = { after, limit: limit ?? DEFAULT_LIMIT, newestFirst: order === 'newest' };
    const found =
      wait === undefined
        ? await stores.trail.query(filter, paging)
        : await awaitEvents(stores.trail, filter, paging, { waitMs: wait * 1000, signal: caller.body.signal });
    const { events, next, latest } = found;
    return { body: { items: events, ...(next !== undefined && { next }), ...(latest !== undefined && { latest }) } };
  },
});

export const verifyAudit = defineApiOperation({
  name: 'VerifyAudit',
  method: 'POST',
  path: '/audit/verify',
  summary: 'Check every line of the trail against its hash and every chain against its head',
  actions: ['latchkey:ReadAudit'],
  body: members({ expectedHead: optional(text(4096)) }),
  answer: { status: 200, description: 'Whether it is whole, and what is wrong where', body: verdict },
  needs: () => readAudit({}),
  async run({ input, stores }) {
    return { body: await stores.trail.verify(input.body) };
  },
});

/** All that match, a page in memory at a time; no more than `limit` where it is given. */
async function* everyEvent(
  trail: Pick<AuditTrail, 'query'>,
  filter: TrailFilter,
  { limit, ...paging }: Omit<TrailPaging, 'limit'> & { readonly limit?: number | undefined },
): AsyncGenerator<TrailRecord> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  let { after } = paging;
  do {
    const { events, next } = await trail.query(filter, { ...paging, after, limit: Math.min(left, EXPORT_PAGE) });
    yield* events;
    left -= events.length;
    after = next;
  } while (after !== undefined && left > 0);
}

type Asked = Omit<TrailFilter, 'signatureHash' | 'principal' | 'since' | 'until'> & {
  readonly signature?: string | undefined;
  readonly user?: string | undefined;
  readonly since?: Moment | undefined;
  readonly until?: Moment | undefined;
};

function filterOf({ signature, user, since, until, ...others }: Asked, now: number): TrailFilter {
  if (others.key !== undefined && others.bucket === undefined) throw invalidInput([{ pointer: '/key', detail: 'goes with bucket.' }]);
  return {
    ...others,
    signatureHash: signature,
    principal: user,
    since: since === undefined ? undefined : msOf(since, now),
    until: until === undefined ? undefined : msOf(until, now),
  };
}

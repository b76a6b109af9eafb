/** What people want to know of the server before they give out an address of it, and while they look after it. */
import type { InferOutput } from 'valibot';
import { linkLimits } from '../../links/link-limits.ts';
import { linkPermission } from '../../links/link-permissions.ts';
import type { Incoming, Permission } from '../../pipeline.ts';
import { requestPermission } from '../../upload-requests/request-permissions.ts';
import { invalidInput } from '../input.ts';
import { type ApiCall, defineApiOperation } from '../operation.ts';
import { limitsQuery, linkLimitsShown, nodesShown, serverShown } from '../schemas/server.ts';
import { isoTime } from '../schemas/values.ts';

export const getLinkLimits = defineApiOperation({
  name: 'GetLinkLimits',
  method: 'GET',
  path: '/link-limits',
  summary:
    'What the guardrails leave of links to an object or prefix, or of upload requests into one: how long each kind may work, and which terms it needs; and the address that you have here',
  actions: ['latchkey:CreateLink', 'latchkey:CreateUploadRequest'],
  query: limitsQuery,
  answer: { status: 200, description: 'The limits by kind', body: linkLimitsShown },
  needs: ({ query }) => [limitsPermission(query)],
  async run(call) {
    const limits = await linkLimits(call.input.query.bucket, call.stores.guardrails);
    return { body: { ...reachedBy(call), ...limits } };
  },
});

/** Of what the limits are asked for. A request is for a prefix; of a key it can not be. */
function limitsPermission({ for: wanted, bucket, key, keyPrefix = '' }: InferOutput<typeof limitsQuery>): Permission {
  if (wanted === 'link') return linkPermission('CreateLink', { bucket, key, keyPrefix });
  if (key !== undefined) throw invalidInput([{ pointer: '/key', detail: 'must not be given for a request: that has a keyPrefix.' }]);
  return requestPermission('CreateUploadRequest', { bucket, keyPrefix });
}

export const getServer = defineApiOperation({
  name: 'GetServer',
  method: 'GET',
  path: '/server',
  summary: 'How the server is: version, addresses, whether its stores are ready, how full its disk is',
  actions: ['latchkey:ReadServer'],
  answer: { status: 200, description: 'The server', body: serverShown },
  needs: () => [{ action: 'latchkey:ReadServer', resource: '*' }],
  async run(call) {
    const { stores, site, server } = call;
    const [objects, records, trail, disk] = await Promise.all([
      readiness(stores.objects),
      readiness(stores.records),
      readiness(stores.trail),
      server.disk?.().catch(() => undefined),
    ]);
    return {
      body: {
        ...reachedBy(call),
        version: server.version,
        region: site.region,
        accountId: site.accountId,
        startedAt: isoTime(server.startedAt),
        now: isoTime(site.now()),
        publicUrls: site.publicAddresses.map(({ url }) => url),
        trustsProxies: server.trustsProxies,
        stores: { objects, records, trail },
        ...(disk !== undefined && { disk }),
        memoryBytes: process.memoryUsage.rss(),
      },
    };
  },
});

export const listNodes = defineApiOperation({
  name: 'ListNodes',
  method: 'GET',
  path: '/nodes',
  summary: 'The processes that serve this installation, or did so within the last hour: nodes, and workers of nodes',
  actions: ['latchkey:ReadServer'],
  answer: { status: 200, description: 'The nodes, by name', body: nodesShown },
  needs: () => [{ action: 'latchkey:ReadServer', resource: '*' }],
  async run({ server }) {
    const items = (await server.nodes()).map(({ startedAt, seenAt, worker, ...node }) => ({
      ...node,
      ...(worker !== undefined && { worker }),
      startedAt: isoTime(startedAt),
      seenAt: isoTime(seenAt),
    }));
    const nameOf = ({ host, pid }: (typeof items)[number]) => `${host} ${String(pid).padStart(10)}`;
    return { body: { items: items.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1)) } };
  },
});

function reachedBy({ caller, server }: ApiCall) {
  const { address } = caller.peer;
  return {
    address,
    isBehindUnknownProxy: isForwarded(caller) && !server.trustsProxies,
    endpoint: server.endpoint(),
    consoleUrl: server.consoleUrl(),
  };
}

/** A proxy says so; that nobody believes it is why all of its clients seem to have one address. */
function isForwarded({ headers }: Pick<Incoming, 'headers'>): boolean {
  return headers.some(([name]) => name === 'x-forwarded-for');
}

async function readiness(store: { checkHealth(): Promise<void> }): Promise<{ readonly isReady: boolean; readonly problem?: string }> {
  try {
    await store.checkHealth();
    return { isReady: true };
  } catch (error) {
    return { isReady: false, problem: error instanceof Error ? error.message : 'it does not say why' };
  }
}

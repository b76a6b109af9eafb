import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import { openMemoryUseStore } from '@latchkey/storage/memory-use-store';
import { describe, expect, test } from 'vitest';
import { guardrailStore } from '../guardrails/store.ts';
import { createIdentities } from '../identity/identities.ts';
import { createSealer } from '../identity/sealing.ts';
import type { Site } from '../pipeline.ts';
import { createLinks } from './link-service.ts';
import type { LinkCaller, LinkFilter, NewLink } from './links.ts';
import { LINK, MAX_SIGNED_MS } from './model.ts';
import { revocations } from './revocations.ts';

const START = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Links on memory, for the root user, with a clock that tests set. */
function arranged() {
  const records = openMemoryRecordStore();
  const uses = openMemoryUseStore();
  const root = { accessKeyId: 'LKROOT', secretAccessKey: 'secret' };
  const sealer = createSealer(['a master key for this test']);
  const identities = createIdentities({ records, root, accountId: '123456789012', sealer, issuers: [] });
  const clock = { now: START };
  const site = { region: 'us-east-1', accountId: '123456789012', now: () => clock.now, signatures: { sigv2: true } } as Site;
  const endpoint = () => 'https://files.example.com';
  const links = createLinks({
    records,
    uses,
    revocations: revocations(records),
    identities,
    guardrails: guardrailStore(records),
    events: { changesFor: async () => [] },
    site,
    endpoint,
    consoleUrl: endpoint,
  });
  const access = {
    identityPolicies: [],
    request: { action: '', resource: '', principal: { kind: 'root', accountId: '123456789012' }, context: new Map() },
  } as const;
  const caller: LinkCaller = {
    principal: { kind: 'root', accessKeyId: root.accessKeyId },
    judge: { demand: async () => undefined, accessFor: async () => access },
  };
  const make = (more: Partial<NewLink> = {}) =>
    links.createLink(
      { method: 'GET', bucket: 'box', key: 'file', ...more, terms: { expiresAt: clock.now + HOUR_MS, ...more.terms } },
      caller,
    );
  return { records, uses, links, caller, clock, make };
}

describe('createLink', () => {
  test('answers with the request that its holder sends', async () => {
    const { make } = arranged();
    const { id, request } = await make();
    expect(request?.url).toMatch(
      new RegExp(`^https://files.example.com/box/file\\?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${id}%2F`),
    );
    expect(request?.url).toContain('X-Amz-Expires=604800');
  });

  test.each<[string, Partial<NewLink>]>([
    ['key', { key: undefined }],
    ['keyPrefix', { keyPrefix: 'a' }],
    ['terms.expiresAt', { terms: { expiresAt: START } }],
    ['label', { label: '' }],
    ['note', { note: 'x'.repeat(1025) }],
    ['endpoint', { endpoint: 'ftp://files' }],
    ['key', { key: 'a/../b' }],
  ])('refuses %s by its name, and stores nothing', async (name, input) => {
    const { make, records } = arranged();
    await expect(make(input)).rejects.toMatchObject({ code: 'InvalidArgument', fields: { ArgumentName: name } });
    expect((await records.list(LINK, { limit: 10 })).records).toEqual([]);
  });

  test('forgets links that were made long before', async () => {
    const { make, records, clock } = arranged();
    const old = await Promise.all(Array.from({ length: 5 }, () => make()));
    clock.now += 60 * DAY_MS;
    const younger = await make();
    clock.now = START + (366 + 90) * DAY_MS + 4;
    const { id } = await make();
    const left = (await records.list(LINK, { limit: 100 })).records.map((record) => record.id);
    expect(left).toEqual([id, younger.id]);
    expect(left).not.toContain(old[0]?.id);
  });
});

describe('listLinks', () => {
  test('shows the newest first, page by page, each once', async () => {
    const { make, links, caller, clock } = arranged();
    const made: string[] = [];
    for (let count = 0; count < 25; count++) {
      made.unshift((await make()).id);
      clock.now += 5;
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await links.listLinks({}, { after, limit: 7 }, caller);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(made);
  });

  test('shows those that have all that is asked for', async () => {
    const { make, links, caller, clock } = arranged();
    await make({ key: 'in/a', label: 'spring', terms: { expiresAt: START + 1000 } });
    await make({ key: 'in/b', method: 'PUT', label: 'spring' });
    await make({ key: undefined, keyPrefix: 'in/c/', method: 'POST' });
    await make({ bucket: 'other', terms: { expiresAt: START + HOUR_MS, notBefore: START + HOUR_MS / 2 } });
    clock.now += 1000;
    const found = async (filter: LinkFilter) =>
      (await links.listLinks(filter, { limit: 100 }, caller)).items
        .map(({ bucket, key, keyPrefix }) => `${bucket}/${key ?? keyPrefix}`)
        .sort();
    expect(await found({})).toHaveLength(4);
    expect(await found({ label: 'spring' })).toEqual(['box/in/a', 'box/in/b']);
    expect(await found({ label: 'spring', method: 'PUT' })).toEqual(['box/in/b']);
    expect(await found({ bucket: 'box', prefix: 'in/c' })).toEqual(['box/in/c/']);
    expect(await found({ status: 'expired' })).toEqual(['box/in/a']);
    expect(await found({ status: 'not-yet' })).toEqual(['other/file']);
    expect(await found({ createdBy: 'arn:aws:iam::123456789012:root', status: 'active' })).toEqual(['box/in/b', 'box/in/c/']);
    expect(await found({ createdBy: 'arn:aws:iam::123456789012:user/ana' })).toEqual([]);
  });
});

describe('changeLink', () => {
  test('changes what is named, takes away what is null, and leaves the rest', async () => {
    const { make, links, caller } = arranged();
    const { id, expiresAt } = await make({
      label: 'old',
      note: 'kept',
      terms: { expiresAt: START + HOUR_MS, maxUses: 1, sourceIp: ['192.0.2.1'] },
    });
    const changed = await links.changeLink(id, { terms: { maxUses: 5, sourceIp: null }, label: null }, caller);
    expect(changed).toMatchObject({ id, expiresAt, label: undefined, note: 'kept', terms: { expiresAt, maxUses: 5 } });
    expect(changed.terms).not.toHaveProperty('sourceIp');
    expect(await links.showLink(id, caller)).toEqual(changed);
  });

  test('extends for as long as the URL works, with a new URL for longer, and not for ever', async () => {
    const { make, links, caller, clock } = arranged();
    const { id, request } = await make();
    const extended = (expiresAt: number, newUrl = false) => links.changeLink(id, { terms: { expiresAt }, newUrl }, caller);
    expect((await extended(START + MAX_SIGNED_MS)).expiresAt).toBe(START + MAX_SIGNED_MS);
    await expect(extended(START + MAX_SIGNED_MS + 1)).rejects.toMatchObject({ code: 'InvalidArgument' });
    clock.now += 6 * DAY_MS;
    const renewed = await extended(clock.now + MAX_SIGNED_MS, true);
    expect(renewed.signedAt).toBe(clock.now);
    expect(renewed.request?.url).not.toBe(request?.url);
    clock.now = START + 85 * DAY_MS;
    await extended(START + 90 * DAY_MS, true);
    await expect(extended(START + 90 * DAY_MS + 1, true)).rejects.toMatchObject({ code: 'InvalidArgument' });
  });

  test('pauses and relabels also what is over', async () => {
    const { make, links, caller, clock } = arranged();
    const { id } = await make();
    clock.now += 2 * HOUR_MS;
    expect((await links.changeLink(id, { status: 'paused', label: 'over' }, caller)).status).toBe('paused');
    expect((await links.changeLink(id, { status: 'active', terms: {} }, caller)).status).toBe('expired');
  });

  test('loses neither of two changes that are made at once', async () => {
    const { make, links, caller } = arranged();
    const { id } = await make();
    await Promise.all([links.changeLink(id, { label: 'one' }, caller), links.changeLink(id, { note: 'two' }, caller)]);
    expect(await links.showLink(id, caller)).toMatchObject({ label: 'one', note: 'two' });
  });

  test('changes nothing of what was revoked', async () => {
    const { make, links, caller } = arranged();
    const { id } = await make();
    await links.revokeLink(id, caller);
    await expect(links.changeLink(id, { status: 'active' }, caller)).rejects.toMatchObject({ code: 'UnmodifiableEntity' });
    expect((await links.showLink(id, caller)).status).toBe('revoked');
  });
});

describe('revokeLink', () => {
  test('may be asked for again, and remembers the first moment', async () => {
    const { make, links, caller, clock } = arranged();
    const { id } = await make();
    const first = await links.revokeLink(id, caller);
    clock.now += HOUR_MS;
    expect(await links.revokeLink(id, caller, { cut: true })).toMatchObject({ status: 'revoked', revokedAt: first.revokedAt });
  });
});

test('a link’s status follows from what is so', async () => {
  const { make, links, caller, clock, uses } = arranged();
  const { id } = await make({ terms: { expiresAt: START + 2 * HOUR_MS, notBefore: START + HOUR_MS, maxUses: 1 } });
  const status = async () => (await links.showLink(id, caller)).status;
  expect(await status()).toBe('not-yet');
  clock.now += HOUR_MS;
  expect(await status()).toBe('active');
  await uses.begin({
    subject: id,
    maxUses: 1,
    now: clock.now,
    forgetAfter: clock.now,
    kind: 'upload',
    client: '',
    version: '',
    sizeBytes: 0,
    wantedBytes: 0,
    isRange: false,
  });
  expect(await status()).toBe('used-up');
  clock.now += HOUR_MS;
  expect(await status()).toBe('expired');
  await links.changeLink(id, { status: 'paused' }, caller);
  expect(await status()).toBe('paused');
  await links.revokeLink(id, caller);
  expect(await status()).toBe('revoked');
});

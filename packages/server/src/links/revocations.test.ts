import { openMemoryRecordStore } from '@latchkey/storage/memory-record-store';
import type { JsonValue } from '@latchkey/storage/record-store';
import { describe, expect, test } from 'vitest';
import type { Authenticated } from '../pipeline.ts';
import { REVOCATION, type Revocation, type RevocationTarget } from './model.ts';
import { ruleId } from './revocation-targets.ts';
import { RULES, revocations, SIGNATURES } from './revocations.ts';
import { hashOfSignature } from './signature-hash.ts';

const MOMENT = Date.UTC(2026, 10, 22, 12);
const SIGNATURE = 'ab'.repeat(32);

type Facts = { readonly principal?: object; readonly signedAt?: number | undefined; readonly key?: string; readonly form?: object };

/** As much of a pre-signed request as a revocation looks at. */
function request({ principal, key = 'in/file', form, ...facts }: Facts = {}): Authenticated {
  const signedAt = 'signedAt' in facts ? facts.signedAt : MOMENT - 1000;
  return {
    principal: { kind: 'user', name: 'Ana', accessKeyId: 'LKIAANA', ...principal },
    signature: {
      authType: form === undefined ? 'REST-QUERY-STRING' : 'POST',
      version: signedAt === undefined ? 'AWS' : 'AWS4-HMAC-SHA256',
      signedAt,
    },
    target: { query: [{ name: signedAt === undefined ? 'Signature' : 'X-Amz-Signature', value: SIGNATURE }] },
    bucket: 'box',
    key: form === undefined ? key : undefined,
    form,
  } as unknown as Authenticated;
}

async function withRules(...targets: readonly (RevocationTarget & Partial<Revocation>)[]) {
  const records = openMemoryRecordStore();
  for (const target of targets) {
    const rule = { signedBefore: MOMENT, createdAt: MOMENT, createdBy: 'root', isCut: false, ...target, id: ruleId(target) };
    await records.commit([{ put: { kind: REVOCATION, id: RULES + rule.id, value: rule as unknown as JsonValue } }]);
  }
  return { records, revoked: revocations(records) };
}

describe('a rule', () => {
  const link = { label: 'spring', createdWith: 'LKIALINK', signedAt: MOMENT - 999 };
  test.each<[RevocationTarget, Facts, Facts]>([
    [{ by: 'all' }, {}, { signedAt: MOMENT }],
    [{ by: 'access-key', accessKeyId: 'LKIAANA' }, {}, { principal: { accessKeyId: 'LKIABOB' } }],
    [
      { by: 'access-key', accessKeyId: 'LKIAANA' },
      { principal: { accessKeyId: 'LKSA1', session: { issuer: 'LKIAANA' } } },
      { principal: { accessKeyId: 'LKSA1', session: {} } },
    ],
    [
      { by: 'access-key', accessKeyId: 'LKIALINK' },
      { principal: { accessKeyId: 'LKLN1', link } },
      { principal: { link: { ...link, createdWith: 'LKIA2' } } },
    ],
    [{ by: 'user', user: 'ana' }, {}, { principal: { name: 'Anna' } }],
    [{ by: 'user', user: 'ana' }, {}, { principal: { kind: 'role-session' } }],
    [{ by: 'role', role: 'Ana' }, { principal: { kind: 'role-session' } }, {}],
    [{ by: 'bucket', bucket: 'box' }, {}, { signedAt: MOMENT + 1 }],
    [{ by: 'prefix', bucket: 'box', prefix: 'in/' }, {}, { key: 'inner' }],
    [
      { by: 'prefix', bucket: 'box', prefix: 'in/' },
      { form: { key: 'in/x', fields: new Map() } },
      { form: { key: 'x', fields: new Map() } },
    ],
    [{ by: 'label', label: 'spring' }, { principal: { link } }, { principal: { link: { ...link, label: 'Spring' } } }],
  ])('%j speaks of what it names and of nothing else', async (target, itsOwn, another) => {
    const { revoked } = await withRules(target);
    expect(await revoked.find(request(itsOwn))).toEqual({ by: target.by, isCut: false });
    expect(await revoked.find(request(another))).toBeUndefined();
  });

  test('speaks of what was signed before its moment, to the second that a signature says', async () => {
    const { revoked } = await withRules({ by: 'all', signedBefore: MOMENT + 500 });
    expect(await revoked.find(request({ signedAt: MOMENT }))).toBeDefined();
    expect(await revoked.find(request({ signedAt: MOMENT + 1000 }))).toBeUndefined();
    // When a link was signed is known more exactly.
    const linked = (signedAt: number) => request({ principal: { link: { ...link, signedAt } }, signedAt: MOMENT });
    expect(await revoked.find(linked(MOMENT + 499))).toBeDefined();
    expect(await revoked.find(linked(MOMENT + 500))).toBeUndefined();
    expect(await revoked.find(linked(MOMENT + 5000))).toBeDefined();
  });

  test('speaks of every SigV2 URL it names, since they do not say when they were signed', async () => {
    const { revoked } = await withRules({ by: 'all', signedBefore: 1 });
    expect(await revoked.find(request({ signedAt: undefined }))).toBeDefined();
    expect(await revoked.find(request())).toBeUndefined();
  });

  test('that also ends running transfers is found before one that does not', async () => {
    const { revoked } = await withRules({ by: 'all' }, { by: 'user', user: 'Ana', isCut: true }, { by: 'bucket', bucket: 'box' });
    expect(await revoked.find(request())).toEqual({ by: 'user', isCut: true });
  });

  test('has the id of its target, whoever it names in whatever case', () => {
    expect(ruleId({ by: 'user', user: 'Ana' })).toBe(ruleId({ by: 'user', user: 'aNA' }));
    expect(ruleId({ by: 'user', user: 'Ana' })).not.toBe(ruleId({ by: 'role', role: 'Ana' }));
    expect(ruleId({ by: 'label', label: 'Ana' })).not.toBe(ruleId({ by: 'label', label: 'ana' }));
  });
});

describe('revocations', () => {
  const revoke = (records: ReturnType<typeof openMemoryRecordStore>, hash: string, isCut = false) =>
    records.commit([
      { put: { kind: REVOCATION, id: SIGNATURES + hash, value: { hash, isCut, createdAt: 0, createdBy: '', forgetAfter: 0 } } },
    ]);

  test('know a signature by its hash, in SigV4 and SigV2', async () => {
    for (const signedAt of [MOMENT, undefined]) {
      const { records, revoked } = await withRules();
      expect(await revoked.find(request({ signedAt }))).toBeUndefined();
      await revoke(records, hashOfSignature(SIGNATURE, signedAt !== undefined), true);
      expect(await revoked.find(request({ signedAt }))).toEqual({ by: 'signature', isCut: true });
    }
  });

  test('answer without a promise as long as nothing changes', async () => {
    const { records, revoked } = await withRules({ by: 'user', user: 'bob' });
    await revoked.find(request());
    expect(revoked.find(request())).toBeUndefined();
    await revoke(records, '00');
    expect(revoked.find(request())).toBeInstanceOf(Promise);
    await revoked.find(request());
    expect(revoked.find(request())).toBeUndefined();
  });

  test('are read once for all who ask at the same moment', async () => {
    const { records } = await withRules({ by: 'all' });
    let reads = 0;
    const counting = {
      ...records,
      list: (...asked: Parameters<typeof records.list>) => {
        reads++;
        return records.list(...asked);
      },
    };
    const revoked = revocations(counting);
    const found = await Promise.all(Array.from({ length: 50 }, () => revoked.find(request())));
    expect(found.every((each) => each?.by === 'all')).toBe(true);
    expect(reads).toBe(2);
  });

  test('are asked for again after they could not be read', async () => {
    const { records } = await withRules({ by: 'all' });
    let fails = true;
    const failing = {
      ...records,
      list: async (...asked: Parameters<typeof records.list>) => {
        if (fails) throw new Error('disk');
        return records.list(...asked);
      },
    };
    const revoked = revocations(failing);
    await expect(revoked.find(request())).rejects.toThrow('disk');
    fails = false;
    expect((await revoked.find(request()))?.by).toBe('all');
  });

  test('find a signature among more than are held in memory', async () => {
    const { records, revoked } = await withRules();
    const changes = Array.from({ length: 10_500 }, (_, i) => {
      const hash = hashOfSignature(i.toString(16).padStart(64, '0'), true);
      return { put: { kind: REVOCATION, id: SIGNATURES + hash, value: { hash, isCut: false } } };
    });
    await records.commit(changes);
    expect(await revoked.find(request())).toBeUndefined();
    await revoke(records, hashOfSignature(SIGNATURE, true));
    expect((await revoked.find(request()))?.by).toBe('signature');
  });
});

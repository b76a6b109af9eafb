import { openMemoryTrailStore } from '@latchkey/storage/memory-trail-store';
import type { TrailStore } from '@latchkey/storage/trail-store';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytesOf, eventOf, openTestTrail, verifyWith } from '../../../../tests/support/trail.ts';

/** Two chains, the second of which vouches for the first, each of a few segments. */
let store: TrailStore;
let texts: Map<string, Buffer>;
let names: string[];
beforeAll(async () => {
  store = openMemoryTrailStore();
  let now = 1_790_000_000_000;
  for (let chain = 0; chain < 2; chain++) {
    const trail = await openTestTrail(store, { now: () => now, retention: { maxBytes: 8 * 4000 } });
    for (let i = 0; i < 20; i++) {
      now += 1000;
      await trail.record(eventOf(`${chain}-${i}`), 'before-reply');
    }
    await trail.close();
    now += 1000;
  }
  texts = new Map();
  for (const segment of (await store.chains()).flatMap(({ segments }) => segments)) {
    texts.set(`${segment.chain}-${segment.segment}`, await bytesOf(store, segment));
  }
  names = [...texts.keys()];
  expect(names.length).toBeGreaterThan(8);
});

/** The verdict about a segment whose lines were changed: by its place among all segments. */
async function damaged(segment: number, change: (lines: string[]) => string[]) {
  const name = names[segment] ?? '';
  const lines = (texts.get(name) ?? Buffer.alloc(0)).toString('utf8').split('\n').slice(0, -1);
  const bytes = Buffer.from(
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
  return { name, ...(await verifyWith(store, new Map([[name, bytes]]))) };
}

describe('a check of the trail', () => {
  test('says that a trail is whole, how long it is, and where it stands', async () => {
    const verdict = await verifyWith(store, new Map());
    expect(verdict).toMatchObject({ isWhole: true, chains: 2, findings: [], notices: [] });
    const total = [...texts.values()].join('').split('\n').length - 1;
    expect(verdict.lines).toBe(total);
    // The second chain vouches for the first.
    expect(verdict.head).toMatch(new RegExp(`^${names.at(-1)?.split('-')[0]}:\\d+:[\\w-]{43}:\\d+$`));
  });

  test('names a line in which a byte was changed', async () => {
    const verdict = await damaged(1, (lines) => lines.map((line, i) => (i === 2 ? line.replace('192.0.2.7', '192.0.2.8') : line)));
    expect(verdict).toMatchObject({ isWhole: false, findings: [{ what: 'altered', segment: verdict.name, line: 3 }] });
    expect(verdict.findings).toHaveLength(1);
  });
  test('names a line whose hash was changed, and not the next one', async () => {
    const verdict = await damaged(1, (lines) =>
      lines.map((line, i) => (i === 2 ? line.replace(/"hash":"./, (start) => `"hash":"${start.endsWith('A') ? 'B' : 'A'}`) : line)),
    );
    expect(verdict.findings).toMatchObject([{ what: 'altered', line: 3 }]);
  });
  test('names the place where a line was left out', async () => {
    const verdict = await damaged(2, (lines) => lines.filter((_, i) => i !== 1));
    expect(verdict.findings).toMatchObject([{ what: 'missing', segment: verdict.name, line: 2, sequence: expect.any(Number) }]);
    expect(verdict.findings[0]?.detail).toMatch(/^Line \d+ is missing before this place\.$/);
  });
  test('names lines that changed places', async () => {
    const verdict = await damaged(2, ([first = '', second = '', third = '', ...rest]) => [first, third, second, ...rest]);
    expect(verdict.findings).toMatchObject([{ what: 'out-of-order', segment: verdict.name, line: 3 }]);
  });
  test('names a line that was put in', async () => {
    const other =
      texts
        .get(names[0] ?? '')
        ?.toString('utf8')
        .split('\n')[1] ?? '';
    const verdict = await damaged(2, ([first = '', ...rest]) => [first, other, ...rest]);
    expect(verdict.findings[0]).toMatchObject({ what: 'altered', segment: verdict.name, line: 2 });
    const rubbish = await damaged(2, ([first = '', ...rest]) => [first, 'not of ours', ...rest]);
    expect(rubbish.findings[0]).toMatchObject({ what: 'altered', line: 2, detail: 'The line is none that a server wrote.' });
  });
  test('names where a segment was cut off, in a line and between lines', async () => {
    const between = await damaged(2, (lines) => lines.slice(0, -1));
    expect(between.findings[0]).toMatchObject({ what: 'cut-off', segment: between.name });
    const name = names[2] ?? '';
    const within = await verifyWith(store, new Map([[name, (texts.get(name) ?? Buffer.alloc(0)).subarray(0, -7)]]));
    expect(within.findings[0]).toMatchObject({ what: 'cut-off', segment: name, detail: 'The line is cut off.' });
  });
  test('names the last line of all, when it is gone', async () => {
    const verdict = await damaged(names.length - 1, (lines) => lines.slice(0, -1));
    expect(verdict.findings).toMatchObject([{ what: 'cut-off', segment: verdict.name }]);
  });
  test('names a segment that is not there', async () => {
    const name = names[1] ?? '';
    const verdict = await verifyWith(store, new Map([[name, Buffer.alloc(0)]]));
    expect(verdict.findings).toMatchObject([{ what: 'missing', segment: name }]);
    expect(verdict.findings[0]?.detail).toMatch(/^The segment is not there\. It had the lines \d+ to \d+\.$/);
  });
  test('names segments that changed places', async () => {
    const [one = '', two = ''] = [names[1], names[2]];
    const verdict = await verifyWith(
      store,
      new Map([
        [one, texts.get(two) as Buffer],
        [two, texts.get(one) as Buffer],
      ]),
    );
    expect(verdict.findings[0]).toMatchObject({ what: 'out-of-order', segment: one, line: 1 });
  });
  test('names a chain that is not there, by what another says about it', async () => {
    const chains = (await store.chains()).slice(1);
    const verdict = await verifyWith({ ...store, chains: async () => chains }, new Map());
    const first = names[0]?.split('-')[0];
    expect(verdict.findings).toMatchObject([{ what: 'missing', segment: first, detail: expect.stringContaining('says that it had') }]);
  });
  test('names a chain whose last segments are not there, although its index row says so too', async () => {
    const chains = (await store.chains()).map((chain, i) => (i === 0 ? { ...chain, segments: chain.segments.slice(0, -1) } : chain));
    const verdict = await verifyWith({ ...store, chains: async () => chains }, new Map());
    expect(verdict.findings[0]).toMatchObject({ what: 'cut-off', segment: chains[0]?.segments.at(-1)?.name });
    expect(verdict.isWhole).toBe(false);
  });
  test('notices a head that was set back with its lines', async () => {
    const [chain] = await store.chains();
    const segment = chain?.segments[0];
    if (chain === undefined || segment === undefined) throw new Error('there is no chain');
    const lines = (texts.get(`${chain.chain}-1`) ?? Buffer.alloc(0)).toString('utf8').split('\n').slice(0, -1);
    const kept = lines.slice(0, 2);
    const hash = /"hash":"([\w-]+)"/.exec(kept[1] ?? '')?.[1] ?? '';
    const bytes = Buffer.from(kept.map((line) => `${line}\n`).join(''));
    const back = { ...chain, count: 2, hash, segments: [{ ...segment, last: 2, sizeBytes: bytes.byteLength }] };
    const only = { ...store, chains: async () => [back] };
    const verdict = await verifyWith(only, new Map([[`${chain.chain}-1`, bytes]]));
    expect(verdict.findings).toMatchObject([{ what: 'cut-off', detail: expect.stringContaining('is not what a server wrote') }]);
  });
  test('notices, by a head that was kept elsewhere, that all of it was set back to what was whole', async () => {
    const { head } = await verifyWith(store, new Map());
    const before = openMemoryTrailStore();
    const other = await openTestTrail(before);
    await other.close();
    expect(await verifyWith(before, new Map())).toMatchObject({ isWhole: true });
    const verdict = await verifyWith(before, new Map(), { expectedHead: head });
    expect(verdict).toMatchObject({
      isWhole: false,
      findings: [{ what: 'missing', detail: expect.stringContaining('the head that was given') }],
    });
    expect(await verifyWith(store, new Map(), { expectedHead: head })).toMatchObject({ isWhole: true });
    await expect(verifyWith(store, new Map(), { expectedHead: 'rubbish' })).rejects.toMatchObject({ code: 'InvalidArgument' });
  });
  test('holds a head that was kept while the chain went on', async () => {
    const growing = openMemoryTrailStore();
    const trail = await openTestTrail(growing);
    await trail.record(eventOf('one'), 'before-reply');
    const { head } = await trail.verify();
    await trail.record(eventOf('two'), 'before-reply');
    expect(await trail.verify({ expectedHead: head })).toMatchObject({ isWhole: true, lines: 3 });
    await trail.close();
  });
  test('takes bytes behind the head for what a process was writing when it ended, if that follows, and for damage if not', async () => {
    const crashed = openMemoryTrailStore();
    const trail = await openTestTrail(crashed);
    for (const key of ['one', 'two', 'three']) await trail.record(eventOf(key), 'before-reply');
    const [chain] = await crashed.chains();
    const [segment] = chain?.segments ?? [];
    if (chain === undefined || segment === undefined) throw new Error('there is no chain');
    const bytes = await bytesOf(crashed, segment);
    // The store knew three of four lines when the process ended.
    const known = openMemoryTrailStore();
    const again = await openTestTrail(known);
    await again.record(eventOf('one'), 'before-reply');
    const [head] = await known.chains();
    const [first] = head?.segments ?? [];
    if (head === undefined || first === undefined) throw new Error('there is no chain');
    const own = await bytesOf(known, first);
    await again.record(eventOf('two'), 'before-reply');
    const longer = await bytesOf(known, first);
    const then = { ...known, chains: async () => [head] };
    const name = `${first.chain}-1`;
    expect(await verifyWith(then, new Map([[name, longer]]))).toMatchObject({
      isWhole: true,
      notices: [expect.stringContaining('1 lines behind its end')],
    });
    const torn = longer.subarray(0, own.byteLength + 100);
    expect(await verifyWith(then, new Map([[name, torn]]))).toMatchObject({ isWhole: true, notices: [] });
    const foreign = Buffer.concat([own, bytes.subarray(bytes.indexOf(10) + 1)]);
    expect(await verifyWith(then, new Map([[name, foreign]]))).toMatchObject({ isWhole: false, findings: [{ what: 'unexpected' }] });
    await trail.close();
    await again.close();
  });

  test('notices any changed byte of any line', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (whichSegment, whichByte, mask) => {
        const name = names[whichSegment % names.length] ?? '';
        const bytes = Buffer.from(texts.get(name) as Buffer);
        const at = whichByte % bytes.byteLength;
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        const verdict = await verifyWith(store, new Map([[name, bytes]]));
        expect(verdict.isWhole, `byte ${at} of ${name}`).toBe(false);
        expect(verdict.findings[0]?.segment).toBe(name);
        // The line that holds the byte; a line end that is gone joins it with the next one.
        const line = bytes.subarray(0, at).filter((byte) => byte === 10).length + 1;
        expect(verdict.findings.map((finding) => finding.line ?? 1)).toContain(line);
      }),
      { numRuns: 400 },
    );
  });
  test('notices any run of bytes that is removed, doubled or replaced', { timeout: 60_000 }, async () => {
    const kinds = fc.constantFrom('remove', 'double', 'replace');
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 3000 }), kinds, async (whichSegment, whichByte, length, kind) => {
        const name = names[whichSegment % names.length] ?? '';
        const bytes = texts.get(name) as Buffer;
        const at = whichByte % bytes.byteLength;
        const run = bytes.subarray(at, at + length);
        const instead = kind === 'remove' ? [] : kind === 'double' ? [run, run] : [Buffer.alloc(run.byteLength, '\n')];
        const changed = Buffer.concat([bytes.subarray(0, at), ...instead, bytes.subarray(at + run.byteLength)]);
        if (changed.equals(bytes)) return;
        expect((await verifyWith(store, new Map([[name, changed]]))).isWhole).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { kindOf, lifeOf, newDraft, problemsIn, type ShareDraft, wantedLink, wantedSeconds, wayOf } from './draft.ts';
import type { KindLimits, LinkLimits } from './limits.ts';

const DAY = 86_400;
const NOW = Date.UTC(2026, 10, 22, 12);
const file = { bucket: 'box', key: 'a/b.pdf' };
const folder = { bucket: 'box', keyPrefix: 'a/' };
const plain: KindLimits = { isOff: false, longestSeconds: 7 * DAY, isGuardrail: false, requiredTerms: [] };
const limits: LinkLimits = {
  ...{ read: plain, write: plain, form: plain, page: plain, request: plain },
  ...{ address: '192.0.2.1', isBehindUnknownProxy: false, endpoint: 'https://files.example.com', consoleUrl: 'https://share.example.com' },
};
const draft = (changes: Partial<ShareDraft> = {}): ShareDraft => ({ ...newDraft(changes.action ?? 'download'), ...changes });
const body = (subject: Parameters<typeof wantedLink>[0], changes: Partial<ShareDraft>) =>
  wantedLink(subject, draft(changes), limits, undefined);

describe('wantedSeconds', () => {
  it.each([
    ['30', 'minutes', 1800],
    ['720', 'minutes', 43_200],
    ['1,5', 'hours', 5400],
    ['7', 'days', 7 * DAY],
  ] as const)('reads %s %s', (amount, unit, seconds) => {
    expect(wantedSeconds({ amount, unit })).toBe(seconds);
  });
  it.each(['', '0', '-1', 'soon', '721'])('takes %j minutes for nothing', (amount) => {
    expect(wantedSeconds({ amount, unit: 'minutes' })).toBeUndefined();
  });
});

describe('wayOf', () => {
  it('is a plain URL for one file, and a page for several', () => {
    expect(wayOf(file, draft())).toBe('url');
    expect(wayOf({ bucket: 'box', keys: ['a', 'b'] }, draft())).toBe('page');
    expect(wayOf(folder, draft())).toBe('page');
  });
  it('is a page where a password, a count or more than seven days want one', () => {
    for (const changes of [{ password: 'x' }, { maxUses: '1' }, { amount: '8', unit: 'days' as const }])
      expect(wayOf(file, draft(changes))).toBe('page');
  });
  it('is what somebody has chosen, as far as there is such a way', () => {
    expect(wayOf(file, draft({ way: 'url', maxUses: '1' }))).toBe('url');
    expect(wayOf(file, draft({ way: 'form' }))).toBe('url');
  });
  it('asks for files on a page, in a folder, and replaces one file by its URL', () => {
    expect(kindOf(folder, draft({ action: 'upload' }))).toBe('request');
    expect(kindOf(file, draft({ action: 'upload' }))).toBe('write');
    expect(kindOf(file, draft({ action: 'upload', way: 'form' }))).toBe('form');
  });
});

describe('lifeOf', () => {
  it('is as long as wanted where that is allowed', () => {
    expect(lifeOf(file, draft({ amount: '1', unit: 'hours' }), limits)).toEqual({ seconds: 3600 });
  });
  it('says that a guardrail shortens it, or the nature of a signature', () => {
    const narrow = { ...limits, read: { ...plain, longestSeconds: 3600, isGuardrail: true } };
    expect(lifeOf(file, draft({ amount: '1', unit: 'days' }), narrow)).toEqual({ seconds: 3600, because: 'guardrail' });
    expect(lifeOf(file, draft({ amount: '30', unit: 'days', way: 'url' }), limits)).toEqual({ seconds: 7 * DAY, because: 'signature' });
  });
  it('of a page goes beyond seven days where a guardrail lets it', () => {
    const wide = { ...limits, page: { ...plain, longestSeconds: 90 * DAY, isGuardrail: true } };
    expect(lifeOf(file, draft({ amount: '30', unit: 'days' }), wide)).toEqual({ seconds: 30 * DAY });
  });
});

describe('problemsIn', () => {
  it('finds nothing wrong with what a draft begins with', () => {
    expect(problemsIn(file, draft(), plain, NOW)).toEqual({});
  });
  it('names the field that is wrong', () => {
    expect(problemsIn(file, draft({ amount: 'x', maxUses: '1.5', speed: '0', maxSize: '-1' }), plain, NOW)).toEqual({
      amount: 'amount',
      maxUses: 'whole-number',
      speed: 'number',
      maxSize: 'number',
    });
    expect(problemsIn(folder, draft({ action: 'upload', way: 'url' }), plain, NOW)).toEqual({ fileName: 'needed' });
    expect(problemsIn(file, draft({ password: 'x', way: 'url' }), plain, NOW)).toEqual({ password: 'no-page' });
  });
  it('asks for the terms that a guardrail asks for', () => {
    const strict = { ...plain, requiredTerms: ['max-uses', 'source-ip'] };
    expect(problemsIn(file, draft(), strict, NOW)).toEqual({ maxUses: 'required', addresses: 'required' });
    expect(problemsIn(file, draft({ maxUses: '1', addresses: '192.0.2.1' }), strict, NOW)).toEqual({});
  });
  it('finds a beginning that lies behind the end, also where a guardrail moves that', () => {
    const at = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString();
    expect(problemsIn(file, draft({ amount: '3', unit: 'hours', notBefore: at(2) }), plain, NOW)).toEqual({});
    expect(problemsIn(file, draft({ amount: '3', unit: 'hours', notBefore: at(3) }), plain, NOW)).toEqual({ notBefore: 'over-before' });
    const narrow = { ...plain, longestSeconds: 3600 };
    expect(problemsIn(file, draft({ amount: '3', unit: 'hours', notBefore: at(2) }), narrow, NOW)).toEqual({ notBefore: 'over-before' });
  });
});

describe('wantedLink', () => {
  it('says nothing that was not chosen', () => {
    expect(body(file, {})).toEqual({ path: '/links', body: { bucket: 'box', key: 'a/b.pdf', method: 'GET', expiresIn: 3600 } });
  });
  it('carries every limit of a download', () => {
    const changes = {
      maxUses: '3',
      addresses: '192.0.2.0/24, 2001:db8::1',
      speed: '1,5',
      downloadName: ' c.pdf ',
      label: 'Ann',
      note: 'Hi',
    };
    expect(body(file, { ...changes, password: 'x', disposition: 'inline' }).body).toMatchObject({
      ...{ landing: true, maxUses: 3, sourceIp: ['192.0.2.0/24', '2001:db8::1'], maxBytesPerSecond: 1500, password: 'x' },
      ...{ downloadName: 'c.pdf', label: 'Ann', note: 'Hi', disposition: 'inline' },
    });
  });
  it('begins when it was said to, in the zone of whoever says it', () => {
    const local = '2026-11-30T08:00';
    const notBefore = new Date(local).toISOString();
    expect(body(file, { notBefore: local }).body).toMatchObject({ notBefore });
    expect(body(folder, { action: 'upload', notBefore: local })).toMatchObject({ path: '/requests', body: { notBefore } });
    expect(body(file, { notBefore: 'some day' }).body).not.toHaveProperty('notBefore');
  });
  it('limits an upload in size and type', () => {
    const changes = { action: 'upload', maxSize: '2.5', contentTypes: 'Image/*, application/pdf', noOverwrite: true } as const;
    const terms = { maxSize: 2_500_000, contentTypes: ['image/*', 'application/pdf'], noOverwrite: true };
    expect(body(file, changes)).toMatchObject({ path: '/links', body: { method: 'PUT', key: 'a/b.pdf', ...terms } });
    expect(body(folder, { ...changes, way: 'form' }).body).toMatchObject({ method: 'POST', keyPrefix: 'a/', ...terms });
    expect(body(folder, { ...changes, way: 'url', fileName: 'new.pdf' }).body).toMatchObject({ method: 'PUT', key: 'a/new.pdf' });
    expect(body(folder, { ...changes, maxUses: '5' })).toMatchObject({
      path: '/requests',
      body: { keyPrefix: 'a/', maxFiles: 5, ...terms },
    });
  });
});

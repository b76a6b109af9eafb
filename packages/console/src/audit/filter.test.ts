import { describe, expect, it } from 'vitest';
import { askedFor, filterIn } from './filter.ts';

describe('filterIn', () => {
  it('takes what is a filter out of an address, and nothing else', () => {
    expect(filterIn({ link: 'LKLN', x: '1', key: '' })).toEqual({ link: 'LKLN' });
  });
});

describe('askedFor', () => {
  it('sends how long ago as the API wants it', () => {
    expect(askedFor({ since: '24h', from: '2026-01-01T00:00', bucket: 'box' })).toEqual({ since: '24h', until: undefined, bucket: 'box' });
  });
  it('sends moments in UTC, whatever the zone of the viewer', () => {
    const local = '2026-11-22T03:04';
    expect(askedFor({ since: 'custom', from: local, until: 'soon' })).toEqual({ since: new Date(local).toISOString(), until: undefined });
  });
});

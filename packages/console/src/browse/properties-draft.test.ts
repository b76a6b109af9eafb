import { describe, expect, it } from 'vitest';
import type { ObjectProperties } from '../s3/replace-properties.ts';
import { draftOf, draftProblems, type PropertiesDraft, propertiesOf } from './properties-draft.ts';

const BEFORE: ObjectProperties = {
  headers: { 'content-type': 'text/plain', expires: 'Thu, 01 Jan 2032 00:00:00 GMT', 'x-amz-storage-class': 'STANDARD_IA' },
  metadata: { author: '=?UTF-8?Q?J=C3=B6rg?=', lines: '=?UTF-8?B?YQ0KYg==?=' },
};
const changed = (change: Partial<PropertiesDraft>): PropertiesDraft => ({ ...draftOf(BEFORE), ...change });
const withMetadata = (...metadata: readonly (readonly [name: string, value: string])[]): PropertiesDraft =>
  changed({ metadata: metadata.map(([name, value]) => ({ name, value })) });

describe('a draft of properties', () => {
  it('shows what headers say, and leaves untouched what nobody changed', () => {
    const draft = draftOf(BEFORE);
    expect(draft.metadata).toEqual([
      { name: 'author', value: 'Jörg' },
      { name: 'lines', value: 'a\r\nb' },
    ]);
    expect(propertiesOf(draft, BEFORE)).toEqual(BEFORE);
    expect(draftProblems(draft, BEFORE)).toBeUndefined();
  });
  it('keeps what can not be changed here, and drops what was emptied', () => {
    const draft = changed({ headers: { ...draftOf(BEFORE).headers, 'content-type': ' ', 'cache-control': ' no-store ' }, metadata: [] });
    expect(propertiesOf(draft, BEFORE)).toEqual({
      headers: { expires: 'Thu, 01 Jan 2032 00:00:00 GMT', 'x-amz-storage-class': 'STANDARD_IA', 'cache-control': 'no-store' },
      metadata: {},
    });
  });
  it('sends names in lower case and values in one line of ASCII, rows without anything not at all', () => {
    const draft = withMetadata(['Author ', 'Zoë'], ['evil', 'x\r\nx-amz-acl: public-read'], ['', ' ']);
    expect(propertiesOf(draft, BEFORE).metadata).toEqual({
      author: '=?UTF-8?B?Wm/Dqw==?=',
      evil: '=?UTF-8?B?eA0KeC1hbXotYWNsOiBwdWJsaWMtcmVhZA==?=',
    });
  });
  it.each(['', 'a b', 'a:b', 'ä', 'a\r\nb', '<b>'])('refuses %j as a name', (name) => {
    expect(draftProblems(withMetadata([name, 'value']), BEFORE)?.metadata).toBe('name');
  });
  it('takes no name for one of an object that every object has', () => {
    expect(propertiesOf(withMetadata(['constructor', 'x'], ['__proto__', 'y']), BEFORE).metadata).toHaveProperty('constructor', 'x');
  });
  it('refuses a name twice, in whatever case', () => {
    expect(draftProblems(withMetadata(['a', '1'], ['A', '2']), BEFORE)?.metadata).toBe('twice');
  });
  it('refuses more than 2,048 bytes as they are sent', () => {
    expect(draftProblems(withMetadata(['a', 'x'.repeat(2047)]), BEFORE)).toBeUndefined();
    expect(draftProblems(withMetadata(['a', 'x'.repeat(2048)]), BEFORE)?.metadata).toBe('large');
    expect(draftProblems(withMetadata(['a', 'é'.repeat(800)]), BEFORE)?.metadata).toBe('large');
  });
  it.each(['text/plän', 'a\r\nb', 'a\u202eb', 'a\u0000'])('refuses %j in a header', (value) => {
    const draft = changed({ headers: { ...draftOf(BEFORE).headers, 'content-type': value } });
    expect(draftProblems(draft, BEFORE)?.headers).toEqual({ 'content-type': 'ascii' });
  });
});

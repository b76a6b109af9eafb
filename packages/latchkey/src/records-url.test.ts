import { describe, expect, test } from 'vitest';
import { recordsConfig } from './records-url.ts';

const url = 'postgres://latchkey:hidden@db.example.com/latchkey';

describe('recordsConfig', () => {
  test('keeps records in the data directory where nothing is said', () => {
    expect(recordsConfig(undefined, '/d/records', {})).toEqual({ kind: 'lmdb', directory: '/d/records' });
  });
  test('takes a password in the variable, and refuses it on the command line without repeating it', () => {
    expect(recordsConfig(url, '/d', { LATCHKEY_RECORDS: url })).toEqual({ kind: 'postgres', url, password: undefined });
    let refusal = '';
    try {
      recordsConfig(url, '/d', {});
    } catch (error) {
      refusal = String(error);
    }
    expect(refusal).toContain('can be read by every user of this machine');
    expect(refusal).not.toContain('hidden');
  });
  test('takes the password from a variable of its own or a file, not from both', () => {
    const bare = 'postgres://latchkey@db.example.com/latchkey';
    expect(recordsConfig(bare, '/d', { LATCHKEY_RECORDS_PASSWORD: 'x' })).toMatchObject({ password: { text: 'x' } });
    expect(recordsConfig(bare, '/d', { LATCHKEY_RECORDS_PASSWORD_FILE: '/run/p' })).toMatchObject({ password: { file: '/run/p' } });
    expect(() => recordsConfig(bare, '/d', { LATCHKEY_RECORDS_PASSWORD: 'x', LATCHKEY_RECORDS_PASSWORD_FILE: '/p' })).toThrow(
      'not both set',
    );
  });
  test('repeats nothing of what it can not read', () => {
    expect(() => recordsConfig('postgres://u:hidden@[', '/d', {})).toThrow(/^--records is postgres:\/\/USER@HOST:PORT\/DATABASE\.$/);
    expect(() => recordsConfig('mysql://u:hidden@h', '/d', {})).toThrow(
      /^--records is lmdb:DIRECTORY or postgres:\/\/USER@HOST\/DATABASE\.$/,
    );
  });
});

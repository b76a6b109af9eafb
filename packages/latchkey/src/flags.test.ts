import { describe, expect, it } from 'vitest';
import { parseFlags } from './flags.ts';

const flags = {
  listen: { kind: 'text', help: '' },
  'public-url': { kind: 'text', many: true, help: '' },
  'expires-in': { kind: 'text', help: '' },
  json: { kind: 'switch', help: '' },
} as const;

const parse = (...argv: string[]) => parseFlags(argv, flags, {});

describe('parseFlags', () => {
  it('takes values behind a space and behind an equals sign', () => {
    expect(parse('--listen', 'a:1', '--expires-in=1h').values).toEqual({ listen: 'a:1', 'expires-in': '1h' });
  });
  it('keeps what is not a flag in its order, also behind --', () => {
    expect(parse('one', '--json', 'two', '--', '--three').positionals).toEqual(['one', 'two', '--three']);
  });
  it('collects a flag that may be repeated', () => {
    expect(parse('--public-url', 'a', '--public-url=b').values['public-url']).toEqual(['a', 'b']);
  });
  it('refuses a flag that may not be repeated', () => {
    expect(() => parse('--listen=a', '--listen=b')).toThrow('--listen is given twice.');
  });
  it('takes a value that starts with one hyphen, so that a negative number is judged by who reads it', () => {
    expect(parse('--expires-in', '-5').values['expires-in']).toBe('-5');
  });
  it('does not take the next flag for a value', () => {
    expect(() => parse('--listen', '--json')).toThrow('--listen needs a value.');
    expect(() => parse('--listen')).toThrow('--listen needs a value.');
  });
  it('refuses a value for a switch', () => {
    expect(() => parse('--json=yes')).toThrow('--json takes no value.');
  });
  it('suggests the flag that was meant', () => {
    expect(() => parse('--expire-in', '5')).toThrow('There is no flag --expire-in. Did you mean --expires-in?');
    expect(() => parse('--expires', '5')).toThrow('Did you mean --expires-in?');
    expect(() => parse('--lsiten', '5')).toThrow('Did you mean --listen?');
  });
  it('suggests nothing where nothing is near', () => {
    expect(() => parse('--colour')).toThrow(/^There is no flag --colour\.$/);
    expect(() => parse('--constructor')).toThrow('There is no flag --constructor.');
  });
  it('falls back to the environment, with commas between several values', () => {
    const environment = { LATCHKEY_PUBLIC_URL: 'http://a, http://b', LATCHKEY_LISTEN: ':1', LATCHKEY_JSON: '1', LATCHKEY_EXPIRES_IN: '' };
    expect(parseFlags([], flags, environment).values).toEqual({ 'public-url': ['http://a', 'http://b'], listen: ':1', json: true });
    expect(parseFlags(['--listen=:2', '--public-url=c'], flags, environment).values).toMatchObject({ listen: ':2', 'public-url': ['c'] });
  });
});

import { describe, expect, test } from 'vitest';
import { postgresAddress } from './connection-url.ts';

describe('postgresAddress', () => {
  test('reads user, password, host, port and database, with what is escaped in them', () => {
    expect(postgresAddress('postgres://latch%40key:p%2Fw%25@db.example.com:6432/my%20db')).toEqual({
      host: 'db.example.com',
      port: 6432,
      user: 'latch@key',
      password: 'p/w%',
      database: 'my db',
      schema: 'latchkey',
      connections: 10,
      tls: false,
    });
  });
  test('reads the address of a socket, a schema and a number of connections', () => {
    const address = postgresAddress('postgresql:///files?host=/run/postgresql&schema=latchkey_2&connections=4');
    expect(address).toMatchObject({ host: '/run/postgresql', database: 'files', schema: 'latchkey_2', connections: 4, user: undefined });
    expect(postgresAddress('postgres://[::1]/a')).toMatchObject({ host: '::1', port: 5432 });
  });
  test('means by sslmode what libpq means', () => {
    const tls = (mode: string) => postgresAddress(`postgres://h/d?sslmode=${mode}`).tls;
    expect(tls('disable')).toBe(false);
    expect(tls('require')).toEqual({ rejectUnauthorized: false });
    expect(tls('verify-full')).toEqual({});
  });
  test.each([
    ['postgres://u:hidden@h/d?sslmode=maybe', 'sslmode'],
    ['postgres://u:hidden@h/d?schema=A-b', 'schema'],
    ['postgres://u:hidden@h/d?connections=1', 'connections'],
    ['postgres://u:hidden@h/d?max=1', 'no parameter "max"'],
    ['postgres://u:hidden%@h/d', '%25'],
    ['mysql://u:hidden@h/d', 'postgres://'],
  ])('refuses %s in a sentence without the password', (url, sentence) => {
    let refusal = '';
    try {
      postgresAddress(url);
    } catch (error) {
      refusal = (error as Error).message;
    }
    expect(refusal).toContain(sentence);
    expect(refusal).not.toContain('hidden');
  });
});

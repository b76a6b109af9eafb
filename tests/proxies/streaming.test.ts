/** Bodies pass through as they come: nothing waits for the last byte of an upload, and half of one is nothing. */
import { beforeAll, describe, expect } from 'vitest';
import { openConnection } from '../support/connection.ts';
import { needs } from '../support/programs.ts';
import { proxied } from '../support/proxied.ts';
import { PROXIES } from '../support/proxy-programs.ts';
import { MIB, sampleBytes } from '../support/sample-bytes.ts';
import { bytesOf, presigned, send, signed, type Wanted, type WireRequest, withHeader } from '../support/wire-client.ts';

describe.each(PROXIES)('%s as documented', (program) => {
  const at = proxied({ program, place: 'host' });
  const test = needs(program);
  beforeAll(async () => {
    await send(at().server, signed(at().server, 'PUT', '/box'));
  });

  const url = (method: string, key: string, wanted: Wanted = {}) =>
    presigned(at().server, method, `/box/${key}`, { host: at().host, ...wanted });
  const stored = async (key: string) => (await at().send(url('HEAD', key))).status === 200;
  const connect = () => openConnection(`http://127.0.0.1:${at().port}`);
  /** The head of an upload, without the body that it promises. */
  const head = (request: WireRequest, sizeBytes: number) => bytesOf(withHeader(request, 'Content-Length', String(sizeBytes)));
  const badlySigned = (key: string) => ({ ...url('PUT', key), target: url('PUT', 'another').target.replace('/another?', `/${key}?`) });

  test('an upload that may not be is refused while it is being sent', async () => {
    const connection = await connect();
    connection.write(head(badlySigned('never'), 5 * 1024 * MIB));
    connection.write(sampleBytes(64 * 1024));
    const refusal = await connection.reply();
    expect([refusal.status, refusal.body.toString()]).toEqual([403, expect.stringContaining('<Code>SignatureDoesNotMatch</Code>')]);
    connection.close();
    expect(await stored('never')).toBe(false);
  });

  test('an upload that breaks off stores nothing', async () => {
    const connection = await connect();
    connection.write(head(url('PUT', 'half'), 2 * MIB));
    connection.write(sampleBytes(MIB));
    expect(await connection.staysSilent(200)).toBe(true);
    connection.close();
    const whole = await at().send(url('PUT', 'whole', { body: 'after it' }));
    expect(whole.status).toBe(200);
    expect(await stored('half')).toBe(false);
  });

  test('Expect: 100-continue gets its 100, then its 200', async () => {
    const connection = await connect();
    connection.write(head(withHeader(url('PUT', 'expected'), 'Expect', '100-continue'), 5));
    expect((await connection.reply()).status).toBe(100);
    connection.write('hello');
    expect((await connection.reply()).status).toBe(200);
    connection.close();
    expect((await at().send(url('GET', 'expected'))).text).toBe('hello');
  });

  test('Expect: 100-continue with a wrong signature is refused, and nothing is stored', async () => {
    const connection = await connect();
    connection.write(head(withHeader(badlySigned('unexpected'), 'Expect', '100-continue'), 5));
    const first = await connection.reply();
    // nginx says 100 by itself, before it asks anybody; HAProxy leaves it to the server, which asks who it is first.
    if (program === 'nginx') expect(first.status).toBe(100);
    const refusal = program === 'nginx' ? await connection.reply() : first;
    expect(refusal.status).toBe(403);
    connection.close();
    expect(await stored('unexpected')).toBe(false);
  });

  test('a URL of 20 KB, as temporary credentials make them, passes', async () => {
    const listed = await at().send(presigned(at().server, 'GET', '/box', { host: at().host, query: { 'x-note': 'n'.repeat(20_000) } }));
    expect([listed.status, listed.text.includes('<ListBucketResult')]).toEqual([200, true]);
  });

  test('one connection carries many requests', async () => {
    await at().send(url('PUT', 'again', { body: 'and again' }));
    const connection = await connect();
    for (let i = 0; i < 50; i++) {
      connection.write(bytesOf(url('GET', 'again')));
      expect((await connection.reply()).body.toString()).toBe('and again');
    }
    connection.close();
  });
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, openConnection } from '../support/connection.ts';
import { type TestServer, testServer } from '../support/test-server.ts';

const ASK = 'GET /-/health/live HTTP/1.1\r\nHost: x\r\n\r\n';
/** Long, so that nothing here ends by the clock. */
const GRACE_MS = 20_000;

describe('a server that is about to go', () => {
  let server: TestServer;
  let connection: Connection;
  beforeEach(async () => {
    server = await testServer();
    connection = await openConnection(server.s3);
    connection.write(ASK);
    expect((await connection.reply()).head).not.toMatch(/^connection: close/im);
  });
  afterEach(async () => {
    connection.close();
    await server.close(0);
  });

  test('answers what still comes on a connection that is kept open, and says that the connection ends with it', async () => {
    const closed = server.close(GRACE_MS, GRACE_MS);
    connection.write(ASK);
    const { status, head } = await connection.reply();
    expect(status).toBe(200);
    expect(head.match(/^connection: .*$/gim)).toEqual(['Connection: close']);
    expect(await connection.rest()).toHaveLength(0);
    await closed;
  });
  test('answers requests that were sent together all, the last one as the last', async () => {
    const closed = server.close(GRACE_MS, GRACE_MS);
    connection.write(ASK.repeat(3));
    const heads = [await connection.reply(), await connection.reply(), await connection.reply()].map(({ head }) => head);
    expect(heads.map((head) => /^connection: close$/im.test(head))).toEqual([false, false, true]);
    expect(await connection.rest()).toHaveLength(0);
    await closed;
  });
  test('accepts no new connection', async () => {
    const closed = server.close(GRACE_MS, GRACE_MS);
    const [error] = await once(connect(Number(new URL(server.s3).port), '127.0.0.1'), 'error');
    expect(error.code).toBe('ECONNREFUSED');
    connection.write(ASK);
    await connection.reply();
    await closed;
  });
  test.each([0, 200])('closes connections that nobody uses for %i ms, also those that were never used', async (quietMs) => {
    const unused = await openConnection(server.s3);
    // The server has seen it: connections are accepted in their order.
    const later = await openConnection(server.s3);
    later.write(ASK);
    await later.reply();
    const closed = server.close(GRACE_MS, quietMs);
    expect(await Promise.all([connection.rest(), unused.rest(), later.rest()])).toEqual([0, 0, 0].map((size) => Buffer.alloc(size)));
    await closed;
  });
  test('says on connections that there are still that it is not ready', async () => {
    const closed = server.close(GRACE_MS, GRACE_MS);
    connection.write('GET /-/health/ready HTTP/1.1\r\nHost: x\r\n\r\n');
    const { status, body } = await connection.reply();
    expect([status, String(body)]).toEqual([503, 'This process is about to stop.\n']);
    await closed;
  });
  test('can be told to hurry', async () => {
    connection.write('PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n');
    const closed = server.close(GRACE_MS, GRACE_MS);
    const hurried = server.close(0);
    await connection.rest();
    await Promise.all([closed, hurried]);
  });
});

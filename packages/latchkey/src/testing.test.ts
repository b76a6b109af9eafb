import { presign } from '@latchkey/sigv4/presign';
import { describe, expect, it } from 'vitest';
import { type Latchkey, startLatchkey } from './testing.ts';

const url = ({ endpoint, region, credentials }: Latchkey, method: 'GET' | 'PUT', key?: string) =>
  presign({ method, bucket: 'photos', key, endpoint, region, credentials, expiresIn: 60 }).url;
const put = (store: Latchkey, key?: string) => fetch(url(store, 'PUT', key), { method: 'PUT', ...(key && { body: 'meow' }) });

describe('startLatchkey', () => {
  it.each(['disk', 'memory'] as const)('starts a store on %s that takes what clients send', async (stores) => {
    const store = await startLatchkey({ stores });
    expect([(await put(store)).status, (await put(store, 'cat')).status]).toEqual([200, 200]);
    expect(await (await fetch(url(store, 'GET', 'cat'))).text()).toBe('meow');
    await store.stop();
    await expect(fetch(store.endpoint)).rejects.toThrow();
  });
  it('keeps several apart', async () => {
    const [one, other] = await Promise.all([startLatchkey({ stores: 'memory' }), startLatchkey({ stores: 'memory' })]);
    await put(one);
    await put(one, 'cat');
    expect((await fetch(url(other, 'GET', 'cat'))).status).toBe(404);
    expect((await fetch(presign({ bucket: 'photos', key: 'cat', ...one, endpoint: other.endpoint, expiresIn: 60 }).url)).status).toBe(403);
    await Promise.all([one.stop(), other.stop()]);
  });
  it("takes the test's clock, region, credentials and log", async () => {
    let now = Date.parse('2030-01-01T00:00:00Z');
    const logged: string[] = [];
    const credentials = { accessKeyId: 'tester', secretAccessKey: "a tester's own secret" };
    const store = await startLatchkey({
      stores: 'memory',
      region: 'eu-west-1',
      credentials,
      now: () => now,
      log: (line) => logged.push(line),
    });
    const link = presign({ bucket: 'photos', key: 'cat', ...store, now: new Date(now), expiresIn: 60 }).url;
    expect((await fetch(link)).status).toBe(404);
    now += 61_000;
    expect(await (await fetch(link)).text()).toContain('<Message>Request has expired</Message>');
    await store.stop();
    expect(logged.join('')).not.toContain(credentials.secretAccessKey);
  });
});

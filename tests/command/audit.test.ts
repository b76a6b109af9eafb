import { presign } from '@latchkey/sigv4';
import { type Latchkey, startLatchkey } from 'latchkey/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latchkey, startLatchkeyCommand } from '../support/latchkey-command.ts';

let store: Latchkey;
beforeAll(async () => {
  store = await startLatchkey();
  await request('PUT');
  await request('PUT', 'cat.jpg');
});
afterAll(() => store.stop());

const environment = () => ({
  AWS_ENDPOINT_URL: store.endpoint,
  AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
});
const run = (...args: string[]) => latchkey(args, { environment: environment() });
const urlOf = (method: 'GET' | 'PUT', key?: string, endpoint = store.endpoint) =>
  presign({ method, bucket: 'photos', key, endpoint, region: store.region, credentials: store.credentials, expiresIn: '5m' }).url;
const request = async (method: 'GET' | 'PUT', key?: string) =>
  (await fetch(urlOf(method, key), { method, ...(method === 'PUT' && { body: key ?? '' }) })).status;

type Event = { readonly eventName: string; readonly errorCode?: string; readonly requestParameters: Readonly<Record<string, string>> };
const events = async (...args: string[]): Promise<readonly Event[]> => {
  const { stdout } = await run('audit', ...args, '--json');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
};

/** Reads are recorded within a second: asks until it is there. */
async function until<Value>(ask: () => Promise<Value>, isThere: (value: Value) => boolean): Promise<Value> {
  for (let asked = 0; ; asked++) {
    const value = await ask();
    if (isThere(value) || asked === 30) return value;
  }
}

describe('latchkey audit', () => {
  it('says who used a link and who tried, in the order in which it happened, a line each', async () => {
    const { id, url } = JSON.parse((await run('link', 'create', 's3://photos/cat.jpg', '--uses', '1', '--json')).stdout) as {
      id: string;
      url: string;
    };
    await (await fetch(url)).text();
    await (await fetch(url)).text();
    const { stdout } = await until(
      () => run('audit', '--link', id),
      ({ stdout }) => stdout.split('\n').length > 3,
    );
    const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^${time}  CreateLink  201  s3://photos/cat\\.jpg  \\d+ B  root  127\\.0\\.0\\.1  ${id}$`)),
      expect.stringMatching(new RegExp(`^${time}  GetObject  200  s3://photos/cat\\.jpg  7 B  root  127\\.0\\.0\\.1  ${id}$`)),
      expect.stringMatching(
        new RegExp(`^${time}  GetObject  403 AccessDenied  s3://photos/cat\\.jpg  \\d+ B  root  127\\.0\\.0\\.1  ${id}  \\(uses: .+\\)$`),
      ),
      '',
    ]);
    expect((await run('audit', '--link', url, '--result', 'refused')).stdout.split('\n')).toHaveLength(2);
  });
  it('prints a line of JSON an event', async () => {
    await request('PUT', 'json.txt');
    expect(await events('--object', 's3://photos/json.txt', '--operation', 'PutObject', '--user', 'root', '--since', '5m')).toMatchObject([
      { eventName: 'PutObject', requestParameters: { bucketName: 'photos', key: 'json.txt' } },
    ]);
    expect(await events('--object', 's3://photos/json.txt', '--user', 'nobody')).toEqual([]);
  });
  it('exports for other programs', async () => {
    await request('PUT', 'exported.txt');
    const about = ['--object', 's3://photos/exported.txt', '--format'];
    const { Records } = JSON.parse((await run('audit', ...about, 'cloudtrail')).stdout) as { Records: readonly Event[] };
    expect(Records.map(({ eventName }) => eventName)).toEqual(['PutObject']);
    expect((await run('audit', ...about, 'access-log')).stdout).toMatch(
      /^[0-9a-f]{64} photos \[.*\] 127\.0\.0\.1 \S+ \S+ REST\.PUT\.OBJECT exported\.txt "PUT .*\n$/,
    );
    expect((await run('audit', ...about, 'csv')).stdout).toMatch(/^time,service,event,.*\n[^\n]*,PutObject,200,[^\n]*\n$/);
    expect((await run('audit', ...about, 'json')).stdout.split('\n')).toHaveLength(2);
  });
  it('shows the latest where nobody says since when, and no more than are wanted', async () => {
    for (const key of ['1', '2', '3']) await request('PUT', key);
    const shown = await events('--bucket', 'photos', '--operation', 'PutObject', '--limit', '2');
    expect(shown.map(({ requestParameters }) => requestParameters.key)).toEqual(['2', '3']);
    const first = await events('--bucket', 'photos', '--operation', 'PutObject', '--limit', '1', '--since', '1d');
    expect(first.map(({ requestParameters }) => requestParameters.key)).toEqual(['cat.jpg']);
  });
  it('follows what happens, and shows neither what was before nor its own looking', async () => {
    await request('PUT', 'before.txt');
    const following = startLatchkeyCommand(['audit', '--follow', '--json'], { environment: environment() });
    let number = 0;
    const puts = setInterval(() => void request('PUT', `followed-${number++}.txt`), 200);
    const running = await following.finally(() => clearInterval(puts));
    await running.stop();
    const shown = running.stdout.map((line) => JSON.parse(line) as Event);
    expect(
      shown.every(({ eventName, requestParameters }) => eventName === 'PutObject' && requestParameters.key?.startsWith('followed-')),
    ).toBe(true);
  });
  it.each([
    [['s3://photos'], 'audit takes flags only'],
    [['--since', 'yesterday'], '--since is such as 15m'],
    [['--limit', 'all'], '--limit is a whole number'],
    [['--link', 'nonsense'], 'is neither the id of a link'],
    [['--object', 's3://photos/a', '--bucket', 'photos'], 'leave --bucket out'],
    [['--format', 'xml'], '--format is one of json, cloudtrail, access-log, csv'],
    [['--format', 'csv', '--json'], 'two formats'],
    [['--format', 'csv', '--follow'], '--follow prints lines'],
  ])('refuses %j with status 2 and a sentence', async (args, sentence) => {
    expect(await run('audit', ...args)).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining(sentence) });
  });
  it('says so where its user may not read the trail', async () => {
    await run('user', 'create', 'nosy');
    const key = JSON.parse((await run('key', 'create', 'nosy', '--json')).stdout) as { AccessKeyId: string; SecretAccessKey: string };
    const asNosy = { AWS_ENDPOINT_URL: store.endpoint, AWS_ACCESS_KEY_ID: key.AccessKeyId, AWS_SECRET_ACCESS_KEY: key.SecretAccessKey };
    const { status, stdout, stderr } = await latchkey(['audit'], { environment: asNosy });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/user\/nosy is not authorized to perform: latchkey:ReadAudit on resource: \* \(AccessDenied\)/);
  });
  it('lets no key move the cursor of who reads it', async () => {
    const key = 'a\u001b[31m\u009b2J\u202egpj.txt';
    await fetch(urlOf('PUT', key), { method: 'PUT', body: 'x' });
    const { stdout } = await run('audit', '--bucket', 'photos', '--limit', '3');
    expect(stdout).toContain('gpj.txt');
    for (const mark of ['\u001b', '\u009b', '\u202e']) expect(stdout).not.toContain(mark);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, NotificationConfig, ObjectCreatedAll, QueueConfig } from 'minio';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { AWS_PROGRAMS, awsCli } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { latchkey } from '../support/latchkey-command.ts';
import { needs } from '../support/programs.ts';
import { runProgram } from '../support/run-program.ts';
import { serveForThisFile } from '../support/served.ts';
import { webhookReceiver } from '../support/webhook-receiver.ts';

const store = await serveForThisFile(['--allow-webhook-networks', '127.0.0.1']);
const receiver = await webhookReceiver();
afterAll(() => receiver.close());
afterEach(() => {
  receiver.received.length = 0;
});

/** The ARN of a new webhook. */
async function newWebhook(): Promise<string> {
  const { accessKeyId, secretAccessKey } = store.credentials;
  const environment = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_ENDPOINT_URL: store.endpoint };
  const { stdout, stderr } = await latchkey(['webhook', 'add', receiver.url, '--json'], { environment });
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { arn: string }).arn;
}

/** What was told of objects: the name of the event and the key. */
async function told(count: number): Promise<readonly (readonly [event: string, key: string])[]> {
  const records = () => receiver.received.flatMap(({ json }) => json.Records ?? []);
  await receiver.until(() => records().length >= count, `${count} events`);
  return records().map(({ eventName, s3 }) => [eventName, new URLSearchParams(`k=${s3.object.key}`).get('k') ?? ''] as const);
}

describe.each(installedVersions(AWS_PROGRAMS, ['--version']))('aws s3api ($name)', ({ program, name }) => {
  const aws = awsCli(program, store);
  const bucket = `told-by-${name.replace('/', '-')}`;

  needs(program)('put- and get-bucket-notification-configuration', async () => {
    await makeBucket(store, bucket);
    const api = (command: string, ...more: readonly string[]) => aws.json(['s3api', command, '--bucket', bucket, ...more]);
    const QueueArn = await newWebhook();
    const configuration = {
      QueueConfigurations: [
        {
          Id: 'in',
          QueueArn,
          Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
          Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: 'in/' }] } },
        },
      ],
    };
    const file = join(store.scratch, `${bucket}.json`);
    await writeFile(file, JSON.stringify(configuration));
    await api('put-bucket-notification-configuration', '--notification-configuration', `file://${file}`);
    expect(await api('get-bucket-notification-configuration')).toEqual(configuration);
    await aws(['s3', 'cp', file, `s3://${bucket}/in/a b.json`]);
    await aws(['s3', 'cp', file, `s3://${bucket}/out/a.json`]);
    await aws(['s3', 'mv', `s3://${bucket}/in/a b.json`, `s3://${bucket}/in/c.json`]);
    expect(await told(3)).toEqual([
      ['ObjectCreated:Put', 'in/a b.json'],
      ['ObjectCreated:Copy', 'in/c.json'],
      ['ObjectRemoved:Delete', 'in/a b.json'],
    ]);
    await api('put-bucket-notification-configuration', '--notification-configuration', '{}');
    expect(await api('get-bucket-notification-configuration')).toEqual({});
    await writeFile(file, (await readFile(file, 'utf8')).replace(/.{4}","Events/, 'AAAA","Events'));
    const refused = ['s3api', 'put-bucket-notification-configuration', '--bucket', bucket];
    const said = await aws.refused([...refused, '--notification-configuration', `file://${file}`]);
    expect(said).toContain('(InvalidArgument) when calling the PutBucketNotificationConfiguration operation');
    expect(said).toContain('Unable to validate the following destination configurations');
  });
});

describe.each(installedVersions(['/usr/bin/python3'], ['-c', 'import boto3; print("boto3", boto3.__version__)']))(
  '$name',
  ({ name, program }) => {
    needs(name.startsWith('boto3') ? program : 'boto3')('sets, reads and is told', async () => {
      const arn = await newWebhook();
      const file = fileURLToPath(new URL('programs/notifications.py', import.meta.url));
      const env = { ...store.environment, ENDPOINT: store.endpoint, PYTHONWARNINGS: 'ignore' };
      const printed = JSON.parse(await runProgram(program, [file, arn], { env, cwd: store.scratch }));
      expect(printed).toMatchObject({ refused: 'InvalidArgument', arns: [arn], empty: {} });
      expect(printed.found.QueueConfigurations).toMatchObject([{ Id: 'pictures', QueueArn: arn }]);
      expect(await told(4)).toEqual([
        ['ObjectCreated:Put', 'in/größe 1.jpg'],
        ['ObjectCreated:CompleteMultipartUpload', 'in/large.jpg'],
        ['ObjectCreated:Copy', 'in/copy.jpg'],
        ['ObjectRemoved:Delete', 'in/copy.jpg'],
      ]);
    });
  },
);

describe("MinIO's client", () => {
  test('sets, reads and is told', async () => {
    const arn = await newWebhook();
    const { hostname, port } = new URL(store.endpoint);
    const { accessKeyId: accessKey, secretAccessKey: secretKey } = store.credentials;
    const minio = new Client({ endPoint: hostname, port: Number(port), useSSL: false, accessKey, secretKey });
    await minio.makeBucket('told-to-minio');
    const queue = new QueueConfig(arn);
    queue.addFilterSuffix('.jpg');
    queue.addEvent(ObjectCreatedAll);
    const configuration = new NotificationConfig();
    configuration.add(queue);
    await minio.setBucketNotification('told-to-minio', configuration);
    expect(JSON.stringify(await minio.getBucketNotification('told-to-minio'))).toContain(arn);
    await minio.putObject('told-to-minio', 'a.jpg', 'x');
    expect(await told(1)).toEqual([['ObjectCreated:Put', 'a.jpg']]);
    await minio.removeAllBucketNotification('told-to-minio');
  });
});

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anyPorts, inTemporaryDirectory, latchkey, serve } from '../support/latchkey-command.ts';

const READ = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' }],
};

describe('latchkey user, key and policy', () => {
  it('make a user with a key and a policy, say why something is allowed, and take all of it away', () =>
    inTemporaryDirectory(async (directory) => {
      const running = await serve(['--data', directory, ...anyPorts]);
      const flags = ['--endpoint-url', running.s3, '--data', directory, '--json'];
      const run = async (...args: string[]) => {
        const ended = await latchkey([...args, ...flags], { cwd: directory });
        return {
          ...ended,
          records: ended.stdout
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line)),
        };
      };
      try {
        await writeFile(join(directory, 'read.json'), JSON.stringify(READ));
        expect((await run('user', 'create', 'ana')).records).toMatchObject([{ UserName: 'ana' }]);
        const [made] = (await run('key', 'create', 'ana')).records;
        expect(made).toMatchObject({ AccessKeyId: expect.stringMatching(/^LKIA[A-Z2-7]{16}$/), Status: 'Active' });
        expect((await run('policy', 'simulate', 'user/ana', 's3:GetObject', 's3://photos/cat.jpg')).records).toMatchObject([
          { EvalDecision: 'implicitDeny' },
        ]);
        expect((await run('user', 'put-policy', 'ana', 'read', 'read.json')).status).toBe(0);
        expect((await run('policy', 'simulate', 'user/ana', 's3:GetObject', 's3://photos/cat.jpg')).records).toMatchObject([
          {
            EvalDecision: 'allowed',
            DecidedBy: 'identity',
            DecidingStatement: { Policy: 'ana/read', Sid: 'Read', Number: '1' },
            Explanation: expect.stringContaining('Statement "Read"'),
          },
        ]);
        const plain = ['policy', 'simulate', 'user/ana', 's3:PutObject', 's3://photos/cat.jpg', '--endpoint-url', running.s3];
        expect((await latchkey([...plain, '--data', directory])).stdout).toMatch(
          /^Not allowed\. No identity policy allows arn:aws:iam::\d{12}:user\/ana s3:PutObject on arn:aws:s3:::photos\/cat\.jpg\.\n$/,
        );
        expect((await run('key', 'deactivate', 'ana', made.AccessKeyId)).status).toBe(0);
        expect((await run('key', 'list', 'ana')).records).toMatchObject([{ AccessKeyId: made.AccessKeyId, Status: 'Inactive' }]);
        const refused = await run('user', 'delete', 'ana');
        expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('DeleteConflict')]);
        await run('key', 'delete', 'ana', made.AccessKeyId);
        await run('user', 'delete-policy', 'ana', 'read');
        expect((await run('user', 'delete', 'ana')).status).toBe(0);
        expect((await run('user', 'list')).records).toEqual([]);
      } finally {
        await running.stop();
      }
    }));

  it('say how they are used, with status 2', async () => {
    const ended = await latchkey(['user', 'create']);
    expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining('latchkey user create NAME')]);
    expect((await latchkey(['key', 'nonsense'])).status).toBe(2);
  });
});

describe('the master key', () => {
  it('made on the first start opens what is sealed; another one ends the start with a sentence', () =>
    inTemporaryDirectory(async (directory) => {
      const first = await serve(['--data', directory, ...anyPorts]);
      await first.stop();
      const ended = await latchkey(['serve', '--data', directory, ...anyPorts], {
        environment: { LATCHKEY_MASTER_KEY: 'another master key altogether' },
      });
      expect([ended.status, ended.stdout]).toEqual([1, '']);
      expect(ended.stderr).toContain('The master key is not the one that sealed the secrets');
    }));

  it('is changed for another while the server runs, and every access key works on', () =>
    inTemporaryDirectory(async (directory) => {
      const running = await serve(['--data', directory, ...anyPorts]);
      const flags = ['--endpoint-url', running.s3, '--data', directory, '--json'];
      const run = (args: string[], environment = {}) => latchkey([...args, ...flags], { cwd: directory, environment });
      await run(['user', 'create', 'ana']);
      await writeFile(
        join(directory, 'all.json'),
        JSON.stringify({ ...READ, Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }] }),
      );
      await run(['user', 'put-policy', 'ana', 'all', 'all.json']);
      const key = JSON.parse((await run(['key', 'create', 'ana'])).stdout);
      const before = await readFile(join(directory, 'master-key'), 'utf8');
      expect((await latchkey(['rotate-master-key', '--data', directory])).status).toBe(0);
      expect(await readFile(join(directory, 'master-key'), 'utf8')).not.toBe(before);
      const environment = { AWS_ACCESS_KEY_ID: key.AccessKeyId, AWS_SECRET_ACCESS_KEY: key.SecretAccessKey };
      expect(JSON.parse((await run(['user', 'list'], environment)).stdout)).toMatchObject({ UserName: 'ana' });
      await running.stop();
      const again = await serve(['--data', directory, ...anyPorts]);
      const listed = await latchkey(['user', 'list', '--endpoint-url', again.s3, '--json'], { cwd: directory, environment });
      expect(JSON.parse(listed.stdout)).toMatchObject({ UserName: 'ana' });
      await again.stop();
    }));

  it('and the secrets it seals are nowhere in the data directory', () =>
    inTemporaryDirectory(async (directory) => {
      const running = await serve(['--data', directory, ...anyPorts]);
      const flags = ['--endpoint-url', running.s3, '--data', directory, '--json'];
      await latchkey(['user', 'create', 'ana', ...flags], { cwd: directory });
      const made = JSON.parse((await latchkey(['key', 'create', 'ana', ...flags], { cwd: directory })).stdout);
      await running.stop();
      const files = await readdir(directory, { recursive: true, withFileTypes: true });
      let looked = 0;
      for (const file of files) {
        if (!file.isFile()) continue;
        looked++;
        const bytes = await readFile(join(file.parentPath ?? file.path, file.name));
        expect(bytes.includes(made.SecretAccessKey), file.name).toBe(false);
      }
      expect(looked).toBeGreaterThan(2);
    }));
});

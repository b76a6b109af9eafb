import { spawnSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inTemporaryDirectory, latchkey } from '../support/latchkey-command.ts';

describe('latchkey', () => {
  it('prints its version', async () => {
    expect(await latchkey(['--version'])).toEqual({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  });
  it('prints what it can do on stdout when asked, with status 0', async () => {
    const { status, stdout, stderr } = await latchkey(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const command of ['serve', 'share', 'presign', 'explain']) expect(stdout).toContain(`  ${command} `);
  });
  it('prints what it can do on stderr when called without a command, with status 2', async () => {
    expect(await latchkey([])).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining('Usage: latchkey COMMAND') });
  });
  it.each(['serve', 'share', 'presign', 'explain'])('shows the flags of %s and lines to copy', async (command) => {
    const { status, stdout } = await latchkey([command, '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: latchkey ${command}`));
    expect(stdout).toContain('--json');
    expect(stdout).toContain(`\n  latchkey ${command}`);
    expect((await latchkey(['help', command])).stdout).toBe(stdout);
  });
  it('suggests the command that was meant, with status 2', async () => {
    const { status, stderr } = await latchkey(['presing', 's3://b/k']);
    expect(status).toBe(2);
    expect(stderr).toBe('latchkey: There is no command presing. Did you mean presign?\nRun `latchkey --help` to see what it takes.\n');
  });
  it('suggests the flag that was meant, with status 2', async () => {
    const { status, stdout, stderr } = await latchkey(['presign', 's3://b/k', '--expire', '60']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(
      'latchkey: There is no flag --expire. Did you mean --expires-in?\nRun `latchkey presign --help` to see what it takes.\n',
    );
  });
  it('says what to do in a checkout that is not built', async () => {
    await inTemporaryDirectory(async (directory) => {
      await mkdir(join(directory, 'bin'));
      await cp('packages/latchkey/bin/latchkey.js', join(directory, 'bin/latchkey.mjs'));
      const { status, stderr } = spawnSync(process.execPath, [join(directory, 'bin/latchkey.mjs')], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('not built yet') });
    });
  });
});

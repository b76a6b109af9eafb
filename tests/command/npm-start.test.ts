import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { anyPorts, inTemporaryDirectory } from '../support/latchkey-command.ts';

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('passes flags to serve, and %s to the server, whose exit status is its own', async (signal) => {
    await inTemporaryDirectory(async (data) => {
      const npm = spawn('npm', ['start', '--silent', '--', '--data', data, ...anyPorts], { stdio: ['ignore', 'pipe', 'ignore'] });
      const ended = once(npm, 'close') as Promise<[number | null, string | null]>;
      const lines: string[] = [];
      for await (const line of createInterface(npm.stdout)) {
        if (lines.push(line) === 1) npm.kill(signal);
      }
      expect(await ended).toEqual([0, null]);
      expect(lines).toEqual([
        expect.stringMatching(/^\{"listening":\{"s3":"http:\/\/127\.0\.0\.1:\d+","console":"http:\/\/127\.0\.0\.1:\d+"\}\}$/),
      ]);
    });
  });
});

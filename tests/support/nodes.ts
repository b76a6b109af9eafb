/** Nodes as a cluster has them: processes of the built command with nothing of their own, over one PostgreSQL and the objects of one directory. */
import { join } from 'node:path';
import { latchkey } from './latchkey-command.ts';
import { type ServerProcess, serverProcess, stopAll } from './several-servers.ts';

export async function startNodes(url: string, directory: string, count: number): Promise<readonly ServerProcess[]> {
  // All at once: one of them makes the tables.
  const starting = Array.from({ length: count }, (_, i) => startNode(url, directory, `node-${i}`));
  const settled = await Promise.allSettled(starting);
  const started = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed === undefined) return started;
  await stopAll(started);
  throw failed.reason;
}

/** With `flags`, these instead of those that put the objects into one directory. */
export function startNode(
  url: string,
  directory: string,
  name: string,
  { flags = ['--objects', `file:${join(directory, 'objects')}`], environment = {} }: NodeOptions = {},
): Promise<ServerProcess> {
  return serverProcess(join(directory, name), flags, { ...secrets(url), ...environment });
}

type NodeOptions = { readonly flags?: readonly string[]; readonly environment?: Readonly<Record<string, string>> };

/** What `latchkey verify-audit` says of the trail of all nodes. */
export async function verifyAudit(url: string, directory: string): Promise<{ isWhole: boolean; chains: number; findings: unknown[] }> {
  const flags = ['--data', join(directory, 'node-0'), '--json'];
  const { stdout, stderr } = await latchkey(['verify-audit', ...flags], { environment: secrets(url) });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

export const MASTER_KEY = 'the master key of all nodes of a test';

/** Of the PostgreSQL; one that believes everybody does not ask for it. */
export const PASSWORD = 'a-password-in-a-URL';

function secrets(url: string): Readonly<Record<string, string>> {
  return {
    LATCHKEY_MASTER_KEY: MASTER_KEY,
    LATCHKEY_RECORDS: url.replace('latchkey@', `latchkey:${PASSWORD}@`),
  };
}

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { instanceName, isGone } from './instance.ts';

const NOW = 1_800_000_000_000;
const AN_HOUR = 3_600_000;

describe('isGone', () => {
  test('says no of this process, however long it has not shown itself', () => {
    expect(isGone(instanceName(), 0, NOW)).toBe(false);
  });

  test('says yes of a process that has ended', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(isGone(renamed({ pid: String(pid) }), NOW, NOW)).toBe(true);
  });

  test('says yes of an earlier process that had the same number', () => {
    expect(isGone(renamed({ since: '1' }), NOW, NOW)).toBe(true);
  });

  test('says yes of every process of an earlier start of the machine', () => {
    expect(isGone(renamed({ boot: '00000000' }), NOW, NOW)).toBe(true);
  });

  test('says yes of a process in another container only when it has not shown itself for an hour', () => {
    const elsewhere = renamed({ namespace: '1', pid: '7' });
    expect(isGone(elsewhere, NOW - AN_HOUR, NOW)).toBe(false);
    expect(isGone(elsewhere, NOW - AN_HOUR - 1, NOW)).toBe(true);
  });

  test('says yes of a name nobody here would make only after an hour', () => {
    expect(isGone('something', NOW, NOW)).toBe(false);
    expect(isGone('something', NOW - AN_HOUR - 1, NOW)).toBe(true);
  });
});

function renamed(changes: { readonly boot?: string; readonly namespace?: string; readonly pid?: string; readonly since?: string }): string {
  const [boot, namespace, pid, since, random] = instanceName().split('.');
  const name = { boot, namespace, pid, since, ...changes };
  return [name.boot, name.namespace, name.pid, name.since, random].join('.');
}

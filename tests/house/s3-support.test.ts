import { readFileSync } from 'node:fs';
import { operations } from '@latchkey/server/operations/index';
import { notImplemented } from '@latchkey/server/operations/not-implemented';
import { unsetConfiguration } from '@latchkey/server/operations/unset-configuration';
import { expect, it } from 'vitest';

type Script = {
  readonly s3SupportPath: string;
  s3Support(tables: Readonly<Record<'operations' | 'unsetConfiguration' | 'notImplemented', typeof operations>>): string;
};
const { s3Support, s3SupportPath } = (await import(new URL('../../scripts/s3-support.mjs', import.meta.url).href)) as Script;

it('docs/s3-support.md says what the table of operations says (otherwise: npm run build && node scripts/s3-support.mjs)', () => {
  expect(readFileSync(s3SupportPath, 'utf8')).toBe(s3Support({ operations, unsetConfiguration, notImplemented }));
});

it('every operation is listed once', () => {
  const listed = [...readFileSync(s3SupportPath, 'utf8').matchAll(/^\| (\w+) \|/gm)].map(([, name]) => name);
  const names = operations.map(({ name }) => name);
  expect(listed.filter((name) => name !== 'operation').sort()).toEqual([...names].sort());
});

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// One violation of every rule about who may know whom, planted beside a copy of biome.json. A rule that
// no longer complains has been lost, and with it the structure it held.
const planted: readonly { breaks: string; file: string; source: string; rule: string }[] = [
  {
    breaks: 'sigv4 importing anything of ours',
    file: 'packages/sigv4/src/a.ts',
    source: imports('@latchkey/s3/errors'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 'policy importing anything of ours',
    file: 'packages/policy/src/a.ts',
    source: imports('@latchkey/s3/errors'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 's3 importing storage',
    file: 'packages/s3/src/a.ts',
    source: imports('@latchkey/storage/object-store'),
    rule: 'noRestrictedImports',
  },
  { breaks: 's3 importing node:', file: 'packages/s3/src/b.ts', source: imports('node:fs'), rule: 'noRestrictedImports' },
  {
    breaks: 'storage importing the server',
    file: 'packages/storage/src/a.ts',
    source: imports('@latchkey/server/gateway'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 'an object store importing the server',
    file: 'packages/objects-local/src/a.ts',
    source: imports('@latchkey/server/gateway'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 'a record store importing policy',
    file: 'packages/records-lmdb/src/a.ts',
    source: imports('@latchkey/policy/evaluate'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 'one store importing another',
    file: 'packages/objects-s3/src/a.ts',
    source: imports('@latchkey/objects-local/open'),
    rule: 'noRestrictedImports',
  },
  { breaks: 'the server importing lmdb', file: 'packages/server/src/a.ts', source: imports('lmdb'), rule: 'noRestrictedImports' },
  { breaks: 'the server importing pg', file: 'packages/server/src/b.ts', source: imports('pg'), rule: 'noRestrictedImports' },
  {
    breaks: 'the server importing a store',
    file: 'packages/server/src/c.ts',
    source: imports('@latchkey/records-lmdb/open'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 'the server loading a store',
    file: 'packages/server/src/d.ts',
    source: loads('@latchkey/objects-local/open'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 'node:http outside http.ts',
    file: 'packages/server/src/links/a.ts',
    source: imports('node:http'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 'node:http in the command',
    file: 'packages/latchkey/src/commands/a.ts',
    source: imports('node:http'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 'the console importing the server',
    file: 'packages/console/src/a.ts',
    source: imports('@latchkey/server/gateway'),
    rule: 'noRestrictedImports',
  },
  { breaks: 'the console importing node:', file: 'packages/console/src/b.tsx', source: imports('node:path'), rule: 'noRestrictedImports' },
  {
    breaks: 'an example importing the server',
    file: 'examples/upload/a.ts',
    source: imports('@latchkey/server/gateway'),
    rule: 'noRestrictedImports',
  },
  {
    breaks: 'process.env outside environment.ts',
    file: 'packages/server/src/e.ts',
    source: 'export const home = process.env.HOME;\n',
    rule: 'noProcessEnv',
  },
  { breaks: 'a default export', file: 'packages/s3/src/c.ts', source: 'export default 1;\n', rule: 'noDefaultExport' },
  { breaks: 'a barrel file', file: 'packages/s3/src/index.ts', source: "export * from './c.ts';\n", rule: 'noReExportAll' },
  { breaks: 'an import cycle', file: 'packages/s3/src/egg.ts', source: imports('./hen.ts'), rule: 'noImportCycles' },
  {
    breaks: 'an import cycle, seen from its other end',
    file: 'packages/s3/src/hen.ts',
    source: imports('./egg.ts'),
    rule: 'noImportCycles',
  },
  {
    breaks: 'a promise nobody waits for',
    file: 'packages/server/src/f.ts',
    source: 'async function wait(): Promise<void> {}\nexport function start(): void {\n  wait();\n}\n',
    rule: 'noFloatingPromises',
  },
];

const allowed: readonly { allows: string; file: string; source: string }[] = [
  { allows: 'http.ts importing node:http', file: 'packages/server/src/http.ts', source: imports('node:http') },
  { allows: 's3 importing sigv4', file: 'packages/s3/src/good.ts', source: imports('@latchkey/sigv4/target') },
  { allows: 'a store importing storage', file: 'packages/objects-local/src/good.ts', source: imports('@latchkey/storage/object-store') },
  {
    allows: 'environment.ts reading process.env',
    file: 'packages/latchkey/src/environment.ts',
    source: 'export const home = process.env.HOME;\n',
  },
  { allows: 'the command loading a store', file: 'packages/latchkey/src/commands/good.ts', source: loads('@latchkey/objects-local/open') },
];

describe('a violation planted in the tree', () => {
  let folder: string;
  let complaints: readonly { rule: string; file: string }[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-boundaries-'));
    await cp('biome.json', join(folder, 'biome.json'));
    await cp('.gitignore', join(folder, '.gitignore'));
    for (const { file, source } of [...planted, ...allowed]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), source);
    }
    complaints = await lint(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(planted)('is complained about: $breaks', ({ file, rule }) => {
    expect(complaints).toContainEqual({ rule, file });
  });

  it.each(allowed)('is not seen in $allows', ({ file }) => {
    expect(complaints.filter((complaint) => complaint.file === file)).toEqual([]);
  });
});

function imports(module: string): string {
  return `import { thing } from '${module}';\nexport const things = [thing];\n`;
}

function loads(module: string): string {
  return `export const load = () => import('${module}');\n`;
}

async function lint(folder: string): Promise<readonly { rule: string; file: string }[]> {
  const biome = join(process.cwd(), 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'];
  const output = await promisify(execFile)(process.execPath, args, { cwd: folder }).catch((refusal: { stdout: string }) => refusal);
  const report = JSON.parse(output.stdout) as { diagnostics: readonly { category: string; location: { path: string } }[] };
  return report.diagnostics.map(({ category, location }) => ({ rule: category.split('/').at(-1) ?? '', file: location.path }));
}

/**
 * The programs in docs that are for somebody else's tools, run as they stand: ```sh NAME, ```python NAME and ```js NAME, where NAME is the
 * tool or package that they need. Only the address of the store is another. (```ts and ```sh run are run by scripts/doc-examples.mjs.)
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { presign } from '@latchkey/sigv4';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { makeBucket } from '../support/arrange.ts';
import { AWS_PROGRAMS } from '../support/aws-cli.ts';
import { installedVersions } from '../support/installed-versions.ts';
import { pathOf } from '../support/path-of.ts';
import { needs } from '../support/programs.ts';
import { runProgram } from '../support/run-program.ts';
import { serveForThisFile } from '../support/served.ts';

type Program = { readonly where: string; readonly language: 'sh' | 'python' | 'js'; readonly needs: string; readonly text: string };

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(root, '.tmp/documented');
const store = await serveForThisFile();
const PYTHONS = installedVersions(['/usr/bin/python3', 'python3'], ['-c', 'import boto3; print("boto3", boto3.__version__)']);
const CLIS = installedVersions(AWS_PROGRAMS, ['--version']);
let folder: string;

beforeAll(async () => {
  await makeBucket(store, 'photos');
  folder = await mkdtemp(join(store.scratch, 'documented-'));
  await writeFile(join(folder, 'cat.jpg'), 'meow');
  await putCat();
  mkdirSync(modules, { recursive: true });
});
afterAll(() => rmSync(modules, { recursive: true, force: true }));

describe.each(documents())('docs/%s', (document) => {
  for (const program of programsOf(document)) {
    for (const { name, folderOfProgram, programs } of variantsOf(program)) {
      needs(...programs)(`${program.where}: ${name}`, () => run(program, folderOfProgram), 120_000);
    }
  }
});

async function run({ language, text, where }: Program, folderOfProgram: string | undefined): Promise<void> {
  const PATH = [...(folderOfProgram === undefined ? [] : [folderOfProgram]), join(root, 'node_modules/.bin'), process.env.PATH].join(
    delimiter,
  );
  const options = { cwd: folder, env: { ...store.environment, PATH, PYTHONWARNINGS: 'ignore' } };
  const { hostname, port } = new URL(store.endpoint);
  const here = text
    .replaceAll('127.0.0.1:9000', store.host)
    .replaceAll(/port: 9000\b/g, `port: ${port}`)
    .replaceAll("endPoint: '127.0.0.1'", `endPoint: '${hostname}'`);
  // Whoever signs the same in the same second makes the same URL; a program that uses one up would leave none for its next run.
  await sleep(1000 - (Date.now() % 1000));
  switch (language) {
    case 'sh':
      await runProgram('bash', ['-euo', 'pipefail', '-c', here], options);
      return;
    case 'python':
      await runProgram('python3', ['-c', here], options);
      return;
    case 'js': {
      const file = join(modules, `${where.replaceAll(/[^A-Za-z0-9]+/g, '-')}.mjs`);
      writeFileSync(file, here);
      const printed = await runProgram(process.execPath, ['--no-deprecation', file], options);
      // What stands in a comment behind it is what is printed.
      const promised = [...text.matchAll(/^console\.log\(.*\); \/\/ (.+)$/gm)].map(([, said]) => said);
      expect(printed.split('\n').filter((line) => promised.includes(line))).toEqual(promised);
    }
  }
}

function documents(): readonly string[] {
  return readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .filter((name) => programsOf(name).length > 0);
}

function programsOf(document: string): readonly Program[] {
  const lines = readFileSync(join(root, 'docs', document), 'utf8').split('\n');
  return lines.flatMap((line, at): readonly Program[] => {
    const [, language, needed] = /^```(sh|python|js) (?!run$)(\S+)$/.exec(line) ?? [];
    if (language === undefined || needed === undefined) return [];
    const text = lines.slice(at + 1, lines.indexOf('```', at + 1)).join('\n');
    return [{ where: `line ${at + 1}`, language: language as Program['language'], needs: needed, text }];
  });
}

type Variant = { readonly name: string; readonly folderOfProgram?: string; readonly programs: readonly string[] };

/** Tools of which there are two generations are run in both. */
function variantsOf({ language, needs: needed, text }: Program): readonly Variant[] {
  const both = language === 'python' ? PYTHONS : needed === 'aws' ? CLIS : undefined;
  if (both !== undefined)
    return both.map(({ name, program }) => ({ name, folderOfProgram: dirname(pathOf(program) ?? ''), programs: [program] }));
  const called = [needed, 'curl'].filter((name) => name !== 'latchkey' && (name === needed || /\bcurl\b/.test(text)));
  return [{ name: needed, programs: language === 'sh' ? called : [] }];
}

async function putCat(): Promise<void> {
  const { endpoint, region, credentials } = store;
  const { url } = presign({ method: 'PUT', bucket: 'photos', key: 'cat.jpg', region, endpoint, credentials, expiresIn: '5m' });
  await fetch(url, { method: 'PUT', body: 'meow' });
}

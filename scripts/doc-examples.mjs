// Runs the programs in the documentation and in the comments above public functions, so that what people copy works.
//
//   ```ts            a complete program: type-checked, then run on the built packages. `//=> text` after a statement says
//                    what its value prints as; … stands for anything.
//   ```ts fragment   part of a program: left alone.
//   ```sh run        a script: run in an empty directory with our commands on the PATH.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { packages, root } from './prepare.mjs';
import { results } from './vitest.mjs';

const timeoutMs = 60_000;
const folder = join(root, '.tmp/doc-examples');

const examples = documents().flatMap(examplesIn);
const programs = examples.filter(({ language }) => language === 'ts');
const scripts = examples.filter(({ language }) => language === 'sh run');
const failures = [...runPrograms(), ...runScripts()];
for (const { where, output } of failures) console.log(`${where}\n${output.trimEnd()}\n`);
const total = programs.length + scripts.length;
mkdirSync(results, { recursive: true });
writeFileSync(
  join(results, 'examples.json'),
  JSON.stringify({
    numPassedTests: total - failures.length,
    numFailedTests: failures.length,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
  }),
);
console.log(`${total} documentation examples, ${failures.length} failed`);
process.exit(failures.length > 0 ? 1 : 0);

function documents() {
  const inFolder = (path, extension) =>
    !existsSync(join(root, path))
      ? []
      : readdirSync(join(root, path), { recursive: true })
          .filter((name) => name.endsWith(extension) && !name.includes('.test.'))
          .map((name) => join(path, name));
  const readmes = ['README.md', ...packages().map((name) => `packages/${name}/README.md`)].filter((path) => existsSync(join(root, path)));
  return [...readmes, ...inFolder('docs', '.md'), ...packages().flatMap((name) => inFolder(`packages/${name}/src`, '.ts'))].sort();
}

/** The fenced blocks of a document, or of the comments of a source file. */
function examplesIn(path) {
  const found = [];
  let open;
  readFileSync(join(root, path), 'utf8')
    .split('\n')
    .forEach((rawLine, index) => {
      const line = path.endsWith('.ts') ? rawLine.replace(/^\s*\* ?/, '') : rawLine;
      const fence = /^```\s*(.*?)\s*$/.exec(line);
      if (!fence) open?.lines.push(line);
      else if (open) open = void found.push(open);
      else open = { where: `${path}:${index + 1}`, language: fence[1], lines: [] };
    });
  return found;
}

/** All programs are compiled at once; one that does not compile is not run. */
function runPrograms() {
  rmSync(folder, { recursive: true, force: true });
  if (programs.length === 0) return [];
  mkdirSync(join(folder, 'src'), { recursive: true });
  const nameOf = ({ where }) => where.replace(/[^A-Za-z0-9]+/g, '-');
  for (const program of programs) writeFileSync(join(folder, 'src', `${nameOf(program)}.ts`), `${program.lines.join('\n')}\nexport {};\n`);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(compilerConfiguration()));
  const compiler = spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'], root);

  return programs.flatMap((program) => {
    const name = nameOf(program);
    const errors = compiler.output.split('\n').filter((line) => line.includes(`${name}.ts`));
    if (errors.length > 0) return [{ where: program.where, output: errors.join('\n') }];
    const file = join(folder, 'out', `${name}.js`);
    if (!existsSync(file)) return [{ where: program.where, output: compiler.output }];
    writeFileSync(file, withChecks(readFileSync(file, 'utf8')));
    const { status, output } = spawn(process.execPath, [file], folder);
    return status === 0 ? [] : [{ where: program.where, output }];
  });
}

function runScripts() {
  return scripts.flatMap(({ where, lines }) => {
    const empty = mkdtempSync(join(tmpdir(), 'latchkey-example-'));
    const { status, output } = spawn('bash', ['-euo', 'pipefail', '-c', lines.join('\n')], empty);
    rmSync(empty, { recursive: true });
    return status === 0 ? [] : [{ where, output }];
  });
}

/** `EXPRESSION; //=> text` becomes a comparison of what the value prints as. */
function withChecks(source) {
  const checked = source.replace(/^(.*?);?[ \t]*\/\/=>[ \t]*(.*)$/gm, (_line, statement, text) => {
    const variable = /^\s*(?:const|let)\s+([\w$]+)\s*=/.exec(statement)?.[1];
    const printed = /^\s*console\.log\((.*)\)$/.exec(statement)?.[1];
    const check = `$printsAs(${variable ?? printed ?? statement.trim()}, ${JSON.stringify(text.trim())});`;
    return variable ? `${statement}; ${check}` : check;
  });
  return `import { inspect as $inspect } from 'node:util';\n${$printsAs}\n${checked}`;
}

// Its text is written into every example.
function $printsAs(value, text) {
  const shown = [String(value), $inspect(value, { depth: 9, breakLength: Infinity })];
  const pattern = text.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (!shown.some((candidate) => new RegExp(`^${pattern.join('.*')}$`, 's').test(candidate))) {
    throw new Error(`expected ${text}\n     but is ${shown[1]}`);
  }
}

function compilerConfiguration() {
  return {
    extends: relative(folder, join(root, 'tsconfig.base.json')),
    compilerOptions: {
      rootDir: 'src',
      outDir: 'out',
      composite: false,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      noUnusedLocals: false,
      lib: ['es2023', 'dom', 'dom.iterable'],
      types: ['node'],
    },
    include: ['src'],
  };
}

function spawn(command, args, cwd) {
  const path = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    timeout: timeoutMs,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  return { status, output: `${stdout}${stderr}${error ? error.message : ''}` };
}

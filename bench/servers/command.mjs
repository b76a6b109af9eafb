// Latchkey as people run it: the built command, with the flags it is given.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const { directory, root, region, flags } = JSON.parse(process.argv[2]);
const program = fileURLToPath(new URL('../../packages/latchkey/bin/latchkey.js', import.meta.url));
const places = ['--data', directory, '--region', region, '--listen', '127.0.0.1:0', '--console', '127.0.0.1:0'];
const credentials = { LATCHKEY_ROOT_ACCESS_KEY_ID: root.accessKeyId, LATCHKEY_ROOT_SECRET_ACCESS_KEY: root.secretAccessKey };
const child = spawn(process.execPath, [program, 'serve', ...places, ...flags], {
  env: { ...process.env, ...credentials },
  stdio: ['ignore', 'pipe', 'ignore'],
});
child.stdout.once('data', (line) => {
  const { s3, console } = JSON.parse(line).listening;
  process.stdout.write(`${JSON.stringify({ port: Number(new URL(s3).port), console })}\n`);
});
child.once('exit', (status) => process.exit(status ?? 1));
process.on('SIGTERM', () => child.kill());

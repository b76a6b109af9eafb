// `npm test -- ARGUMENTS`: whatever is missing, then Vitest over every project; the arguments go to Vitest.
import { prepare } from './prepare.mjs';
import { vitest } from './vitest.mjs';

prepare();
vitest('tests', process.argv.slice(2), { stdio: 'inherit' }).once('close', (status) => process.exit(status ?? 1));

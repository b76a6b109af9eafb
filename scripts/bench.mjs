// `npm run bench -- ARGUMENTS`: whatever is missing, then the benchmarks.
import { prepare, root } from './prepare.mjs';

prepare();
await import(`${root}/bench/main.mjs`);

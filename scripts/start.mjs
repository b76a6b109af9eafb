// `npm start -- FLAGS`: whatever is missing, then `latchkey serve FLAGS` in this very process, so that signals and the
// exit status need no forwarding.
import { prepare, root } from './prepare.mjs';

prepare();
process.argv.splice(2, 0, 'serve');
await import(`${root}/packages/latchkey/bin/latchkey.js`);

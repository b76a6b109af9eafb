// `npm run bench [-- NAME…]`: ratios against peers, in one run. Absolute times say more about the machine than about us.
import { benchEvents } from './events.mjs';
import { benchGet } from './get.mjs';
import { benchLinks } from './links.mjs';
import { benchList } from './list.mjs';
import { benchPolicy } from './policy.mjs';
import { benchPut } from './put.mjs';
import { benchStream } from './stream.mjs';
import { benchWorkers } from './workers.mjs';

const ALL = {
  sign: ['URLs signed per second', async () => (await import('./sign.mjs')).benchSigning()],
  get: ['Pre-signed GET of 1 KiB', benchGet],
  policy: ['Pre-signed GET by a user, of the same by root', benchPolicy],
  links: [
    'GET of 1 KiB through a link, of the same pre-signed by a user',
    () => benchLinks(process.env.FULL === '1' ? {} : { many: 100_000 }),
  ],
  put: ['Durable PUT of 1 KiB', benchPut],
  events: ['Durable PUT of 1 KiB with webhooks, of the same without', benchEvents],
  list: ['Listings', () => benchList(process.env.FULL === '1' ? {} : { large: 200_000 })],
  stream: ['Large GET', benchStream],
  workers: ['Two workers', benchWorkers],
};
/** These want a PostgreSQL besides, and say how large things get rather than how fast they are. */
const ASKED_FOR = {
  appends: ['Audit events that one PostgreSQL takes', async () => (await import('./appends.mjs')).benchAppends()],
  cluster: ['A node, and a balancer before three, of the bare Ceph', async () => (await import('./cluster.mjs')).benchCluster()],
  capacity: ['What a request costs a node and PostgreSQL', async () => (await import('./capacity.mjs')).benchCapacity()],
};

const asked = process.argv.slice(2).filter((name) => name in ALL || name in ASKED_FOR);
for (const name of asked.length > 0 ? asked : Object.keys(ALL)) {
  const [title, bench] = ALL[name] ?? ASKED_FOR[name];
  console.log(`\n${title}`);
  console.table(Object.fromEntries((await bench()).map(({ name: row, ...columns }) => [row, columns])));
}
process.exit(0);

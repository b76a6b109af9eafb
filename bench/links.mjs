// What a link costs: a GET through it, against the same GET pre-signed by a user, counted and not, in a store of few links and of very many.
import { presign } from '@latchkey/sigv4';
import { region, root, start } from './processes.mjs';
import { api, makeUser, ok, requestOf } from './requests.mjs';
import { compareRuns } from './rounds.mjs';

const OBJECTS = 200;
const ALLOWS = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 's3:*', Resource: ['arn:aws:s3:::bench', 'arn:aws:s3:::bench/*'] },
    { Effect: 'Allow', Action: 'latchkey:*', Resource: '*' },
  ],
};

export async function benchLinks({ many = 1_000_000 } = {}) {
  const few = await arrange('few links', 0);
  const full = await arrange(`${many.toLocaleString('en')} links`, many);
  const runs = [
    { ...few, name: 'signed by a user', requests: few.signed },
    { ...few, name: 'through links', requests: few.linked },
    { ...few, name: 'through counted links', requests: few.counted },
    { ...full, name: `signed by a user, ${full.name} in the store`, requests: full.signed },
    { ...full, name: `through links, ${full.name} in the store`, requests: full.linked },
    { ...full, name: `through counted links, ${full.name} in the store`, requests: full.counted },
  ];
  const rows = await compareRuns(runs, "the user's");
  for (const { server } of [few, full]) await server.stop();
  return rows;
}

/** A server with a user, objects, and a URL of each kind to every object. */
async function arrange(name, links) {
  const server = await start('latchkey', { links });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const common = { bucket: 'bench', region, endpoint, style: 'path', expiresIn: 3600 };
  await ok(fetch(presign({ ...common, credentials: root, method: 'PUT' }).url, { method: 'PUT' }));
  const user = await makeUser(endpoint, [ALLOWS]);
  const made = { signed: [], linked: [], counted: [] };
  for (let i = 0; i < OBJECTS; i++) {
    const key = `object-${i}`;
    await ok(fetch(presign({ ...common, credentials: user, method: 'PUT', key }).url, { method: 'PUT', body: Buffer.alloc(1024, 'x') }));
    made.signed.push(presign({ ...common, credentials: user, method: 'GET', key }).url);
    const link = { bucket: 'bench', key, expiresIn: '1h' };
    made.linked.push((await api(server.console, user, 'POST', '/links', link)).url);
    made.counted.push((await api(server.console, user, 'POST', '/links', { ...link, maxUses: 1_000_000_000 })).url);
  }
  const requests = Object.fromEntries(Object.entries(made).map(([kind, urls]) => [kind, urls.map(requestOf)]));
  return { name, server, ...requests };
}

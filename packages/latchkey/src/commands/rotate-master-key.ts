import { addTrailKey } from '@latchkey/server/audit/trail-keys';
import { checkMasterKey } from '@latchkey/server/identity/master-key-check';
import { resealSecrets } from '@latchkey/server/identity/reseal';
import { createSealer } from '@latchkey/server/identity/sealing';
import { defineCommand } from '../command.ts';
import { serveConfig, serveFlags } from '../config.ts';
import { wrongUsage } from '../failure.ts';
import { masterKeys, newMasterKey, replaceMasterKeys } from '../master-key.ts';
import { openRecords } from '../open-records.ts';

const { data, records, json } = serveFlags;

/** `latchkey rotate-master-key`: a new master key, and every secret sealed with it. */
export const rotateMasterKey = defineCommand({
  usage: 'rotate-master-key --data DIR',
  description: `Seals every secret in the record store with a new master key. Servers may go on running: they read the file again.

With the key in the file master-key of the data directory, a new one is made and the old one is gone from the file at the end.
With LATCHKEY_MASTER_KEY, set it to the new key, a comma and the old one, restart the servers with it, and run this; then leave the old one out.`,
  flags: { data, records, json },
  examples: [['latchkey rotate-master-key --data /srv/latchkey', 'A new master key']],
  async run({ values, positionals, environment, output }) {
    if (positionals.length > 0) throw wrongUsage(`rotate-master-key takes flags only, not "${positionals[0]}".`);
    const config = serveConfig(values, environment);
    const master = await masterKeys(config.data, config.masterKeys);
    const keys = master.origin === 'file' ? [newMasterKey(), ...master.keys] : master.keys;
    const store = await openRecords(config);
    try {
      // With the keys as they were: a wrong one must not replace the right one.
      await checkMasterKey(store, createSealer(master.keys));
      if (master.origin === 'file') await replaceMasterKeys(config.data, keys);
      const sealer = createSealer(keys);
      const secrets = await resealSecrets(store, sealer);
      // Whoever had the old master key could have had the key of the audit trail: what comes is chained with another.
      await addTrailKey(store, sealer);
      // What a server sealed with the old key while this went on.
      const late = await resealSecrets(store, sealer);
      if (master.origin === 'file') await replaceMasterKeys(config.data, late === 0 ? keys.slice(0, 1) : keys);
      if (values.json) output.record({ masterKey: sealer.keyId, secrets: secrets + late });
      else output.line(`${secrets + late} secrets are sealed with the master key ${sealer.keyId} now.`);
    } finally {
      await store.close();
    }
    return 0;
  },
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { movedLines } from '@latchkey/server/audit/moved-lines';
import { defineCommand } from '../command.ts';
import { serveConfig, serveFlags } from '../config.ts';
import { Failure, wrongUsage } from '../failure.ts';
import { openTrail, passwordOf } from '../open-records.ts';
import { recordsConfig } from '../records-url.ts';

const { data, json } = serveFlags;

/** `latchkey migrate`: what one node keeps in its directory goes to a PostgreSQL, where several nodes share it. */
export const migrate = defineCommand({
  usage: 'migrate --data DIR --to postgres://USER@HOST/DATABASE',
  description: `Takes users, access keys, policies, links, uses and the audit trail from a data directory to a PostgreSQL: all of it, or nothing. No server may be running
on either. The directory is left as it is. Secrets stay sealed, so that the nodes need the master key of the directory; links stay valid.

The password of the PostgreSQL is in LATCHKEY_RECORDS_PASSWORD_FILE or LATCHKEY_RECORDS_PASSWORD.`,
  flags: {
    data,
    from: { kind: 'text', value: 'lmdb:DIR', help: 'Where the records are, if not in the data directory' },
    to: { kind: 'text', value: 'postgres://…', help: 'Where they go: a schema in which there is nothing yet' },
    json,
  },
  examples: [['latchkey migrate --data /srv/latchkey --to postgres://latchkey@db.example.com/latchkey', 'From one node to several']],
  async run({ values, positionals, environment, output }) {
    if (positionals.length > 0) throw wrongUsage(`migrate takes flags only, not "${positionals[0]}".`);
    const { records, audit } = serveConfig({ ...(values.data && { data: values.data }), ...(values.from && { records: values.from }) }, {});
    const target = recordsConfig(values.to, '', { ...environment, LATCHKEY_RECORDS: environment.LATCHKEY_TO });
    if (records.kind !== 'lmdb') throw wrongUsage('--from is lmdb:DIRECTORY.');
    if (target.kind !== 'postgres') throw wrongUsage('--to is postgres://USER@HOST:PORT/DATABASE.');
    for (const directory of [records.directory, audit.directory])
      if (!existsSync(directory)) throw new Failure(`There is nothing to take over: ${directory} is not there.`);

    const { everyRecord, everyUse } = await import('@latchkey/records-lmdb/everything');
    const { importStores } = await import('@latchkey/records-postgres/import-stores');
    const password = target.password && (await passwordOf(target.password));
    const trail = await openTrail({ records, audit });
    try {
      const chains = await trail.chains();
      const imported = await importStores(
        { url: target.url, password },
        {
          records: everyRecord(records.directory),
          uses: everyUse(join(records.directory, 'uses')),
          batches: movedLines(trail, chains),
          chains,
        },
      );
      if (values.json) output.record(imported);
      else
        output.line(
          `${imported.records} records, ${imported.uses} counted links and ${imported.lines} lines of the audit trail are in PostgreSQL now.`,
        );
    } catch (cause) {
      throw cause instanceof Failure ? cause : new Failure(`Nothing was taken over. ${sentenceOf(cause)}`, { cause });
    } finally {
      await trail.close();
    }
    return 0;
  },
});

/** What the database said, where there is a sentence for clients around it. */
function sentenceOf(error: unknown): string {
  const told = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return told instanceof Error ? told.message : String(told);
}

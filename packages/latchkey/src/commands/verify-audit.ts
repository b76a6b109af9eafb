import { existsSync } from 'node:fs';
import { termsOfLine } from '@latchkey/server/audit/terms';
import { trailKeys } from '@latchkey/server/audit/trail-keys';
import type { TrailVerdict } from '@latchkey/server/audit/verdict';
import { verifyTrail } from '@latchkey/server/audit/verify';
import { checkMasterKey } from '@latchkey/server/identity/master-key-check';
import { createSealer } from '@latchkey/server/identity/sealing';
import { defineCommand } from '../command.ts';
import { type Config, serveConfig, serveFlags } from '../config.ts';
import { Failure, wrongUsage } from '../failure.ts';
import { masterKeyPath, masterKeys } from '../master-key.ts';
import { openRecords, openTrail } from '../open-records.ts';
import type { Output } from '../output.ts';

const { data, records } = serveFlags;

/** `latchkey verify-audit`: whether anything in the audit trail was changed, left out, moved or cut off. */
export const verifyAudit = defineCommand({
  usage: 'verify-audit --data DIR',
  description: `Checks every line of the audit trail against the one before and every chain against its head, without a running server: on the data directory,
with its master key. Exit status 0 when the trail is whole, 1 with the places when it is not.

It prints the head of the trail. Kept elsewhere and given back with --expect-head, it shows also that the trail was not set back as a whole to what it
was before, which nothing in the directory itself can show.`,
  flags: {
    data,
    records,
    'expect-head': { kind: 'text', value: 'HEAD', help: 'What an earlier check printed: all of that has to be there still' },
    'rebuild-index': { kind: 'switch', help: 'Make the index anew from the files first. No server may be running' },
    json: { kind: 'switch', help: 'Print the verdict as one object' },
  },
  examples: [
    ['latchkey verify-audit --data /srv/latchkey', 'Check the trail'],
    ['latchkey verify-audit --data /srv/latchkey --expect-head "$(cat head-of-last-month)"', 'And that nothing up to then was taken away'],
  ],
  async run({ values, positionals, environment, output }) {
    if (positionals.length > 0) throw wrongUsage(`verify-audit takes flags only, not "${positionals[0]}".`);
    const config = serveConfig(values, environment);
    const verdict = await verify(config, values['expect-head'], values['rebuild-index'] === true);
    if (values.json) output.record(verdict);
    else tell(verdict, output);
    return verdict.isWhole ? 0 : 1;
  },
});

/** Nothing is made here that is not there: neither a directory nor a master key. */
async function verify(config: Config, expectedHead: string | undefined, rebuilds: boolean): Promise<TrailVerdict> {
  if (config.records.kind === 'postgres') {
    if (rebuilds) throw wrongUsage('--rebuild-index is for a trail in files: in PostgreSQL the index is part of it.');
  } else if (!existsSync(config.audit.directory)) throw new Failure(`There is no audit trail in ${config.data}.`);
  if (config.masterKeys === undefined && !existsSync(masterKeyPath(config.data)))
    throw new Failure(`There is no master key in ${config.data}: set LATCHKEY_MASTER_KEY to the one that the servers have.`);
  const { keys, reload } = await masterKeys(config.data, config.masterKeys);
  const sealer = createSealer(keys, reload);
  const stored = await openRecords(config);
  try {
    await checkMasterKey(stored, sealer);
    const chainKeys = await trailKeys(stored, sealer, { mayMake: false });
    const trail = await openTrail(config, rebuilds ? { rebuildWith: termsOfLine } : {});
    try {
      return await verifyTrail(trail, chainKeys, { expectedHead });
    } finally {
      await trail.close();
    }
  } finally {
    await stored.close();
  }
}

function tell({ isWhole, chains, lines, findings, notices, head }: TrailVerdict, output: Output): void {
  for (const { what, segment, line, sequence, detail } of findings) {
    const place = line === undefined ? segment : `${segment}:${line}`;
    output.line(`${place}: ${what}${sequence === undefined ? '' : `, line ${sequence} of its chain`}. ${detail}`);
  }
  for (const notice of notices) output.say(notice);
  if (isWhole) output.line(`The audit trail is whole: ${lines} lines in ${chains} ${chains === 1 ? 'chain' : 'chains'}.`);
  else output.say('The audit trail is not whole.');
  output.line(`Head: ${head}`);
}

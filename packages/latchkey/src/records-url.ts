/** `--records lmdb:DIR` or `postgres://…`: where users, links, uses and the audit trail are. */
import { resolve } from 'node:path';
import { wrongUsage } from './failure.ts';

export type RecordsConfig = { readonly kind: 'lmdb'; readonly directory: string } | PostgresConfig;

export type PostgresConfig = {
  readonly kind: 'postgres';
  /** Holds a password, perhaps: it is not to be shown. */
  readonly url: string;
  /** Instead of one in the URL: itself, or the file it is in. */
  readonly password: { readonly text: string } | { readonly file: string } | undefined;
};

/** Throws a `Failure` with status 2 that says what is wrong; nothing of a secret is in it. */
export function recordsConfig(
  text: string | undefined,
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): RecordsConfig {
  if (text === undefined) return { kind: 'lmdb', directory };
  if (/^postgres(ql)?:/.test(text)) return postgresConfig(text, environment);
  if (!/^lmdb:./.test(text)) throw wrongUsage('--records is lmdb:DIRECTORY or postgres://USER@HOST/DATABASE.');
  return { kind: 'lmdb', directory: resolve(text.slice('lmdb:'.length)) };
}

function postgresConfig(url: string, environment: Readonly<Record<string, string | undefined>>): PostgresConfig {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) throw wrongUsage('--records is postgres://USER@HOST:PORT/DATABASE.');
  const { LATCHKEY_RECORDS: variable, LATCHKEY_RECORDS_PASSWORD: text, LATCHKEY_RECORDS_PASSWORD_FILE: file } = environment;
  if (new URL(url).password !== '' && url !== variable)
    throw wrongUsage(
      'A password in --records can be read by every user of this machine: use LATCHKEY_RECORDS_PASSWORD_FILE or LATCHKEY_RECORDS_PASSWORD.',
    );
  if (text && file) throw wrongUsage('LATCHKEY_RECORDS_PASSWORD and LATCHKEY_RECORDS_PASSWORD_FILE are not both set.');
  return { kind: 'postgres', url, password: text ? { text } : file ? { file } : undefined };
}

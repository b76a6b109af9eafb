import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

/** Where a PostgreSQL is, and what of it is ours. */
export type PostgresAddress = {
  /** A name, an address, or the absolute path of the directory with its socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  /** The schema that holds all tables; made where it is not there. */
  readonly schema: string;
  /** Connections of this process, besides the one that listens. */
  readonly connections: number;
  readonly tls: false | ConnectionOptions;
};

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `host`, `schema`, `connections`, `sslmode` and `sslrootcert` in the query. What is
 * not in it comes from the variables that libpq knows (`PGUSER`, `PGPASSWORD`, `PGPASSFILE` …). Throws a sentence that never repeats the URL:
 * there may be a password in it.
 */
export function postgresAddress(text: string): PostgresAddress {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) throw new Error('It is postgres://USER@HOST:PORT/DATABASE.');
  const url = new URL(text);
  const parameters = url.searchParams;
  for (const name of parameters.keys()) if (!KNOWN.includes(name)) throw new Error(`It has no parameter "${name}": ${KNOWN.join(', ')}.`);
  const host = parameters.get('host') ?? decoded(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  const schema = parameters.get('schema') ?? 'latchkey';
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) throw new Error('Its schema is up to 41 lower-case letters, digits and underscores.');
  const connections = Number(parameters.get('connections') ?? 10);
  if (!Number.isInteger(connections) || connections < 2 || connections > 500)
    throw new Error('Its connections are a number from 2 to 500.');
  return {
    host: host === '' ? 'localhost' : host,
    port: url.port === '' ? 5432 : Number(url.port),
    user: decoded(url.username) || undefined,
    password: decoded(url.password) || undefined,
    database: decoded(url.pathname.slice(1)) || undefined,
    schema,
    connections,
    tls: tlsOf(parameters.get('sslmode') ?? 'disable', parameters.get('sslrootcert') ?? undefined),
  };
}

const KNOWN = ['host', 'schema', 'connections', 'sslmode', 'sslrootcert'];

/** As libpq means these words, where it means one thing by them. */
function tlsOf(mode: string, rootCertificate: string | undefined): PostgresAddress['tls'] {
  const ca = rootCertificate === undefined ? {} : { ca: readFileSync(rootCertificate, 'utf8') };
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      return { ...ca, rejectUnauthorized: false };
    case 'verify-ca':
      return { ...ca, checkServerIdentity: () => undefined };
    case 'verify-full':
      return ca;
    default:
      throw new Error('Its sslmode is disable, require, verify-ca or verify-full.');
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('It has a % that stands for nothing: a % in a password is written %25.');
  }
}

/** Processes of the built command that serve one data directory, as wire tests see a server. */
import { anyPorts, type Serving, serve } from './latchkey-command.ts';
import { ROOT, type TestServer } from './test-server.ts';

export type ServerProcess = TestServer & { readonly process: Serving };

const environment = { LATCHKEY_ROOT_ACCESS_KEY_ID: ROOT.accessKeyId, LATCHKEY_ROOT_SECRET_ACCESS_KEY: ROOT.secretAccessKey };

/** Starts so many processes, one after the other; whoever starts them stops them. */
export async function serverProcesses(directory: string, count: number, flags: readonly string[] = []): Promise<readonly ServerProcess[]> {
  const started: ServerProcess[] = [];
  try {
    for (let i = 0; i < count; i++) started.push(await serverProcess(directory, flags));
    return started;
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

/** `more` is added to what it finds in its environment; without `root` it makes its own credentials. On any ports, unless `flags` say which. */
export async function serverProcess(
  directory: string,
  flags: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
  root: Readonly<Record<string, string>> = environment,
): Promise<ServerProcess> {
  const ports = flags.includes('--listen') ? [] : anyPorts;
  const process = await serve(['--data', directory, ...ports, ...flags], { environment: { ...root, ...more } });
  const stop = async () => void (await process.stop());
  return {
    s3: process.s3,
    console: process.console,
    host: new URL(process.s3).host,
    logged: [],
    clock: { now: undefined },
    renewCertificate: () => undefined,
    close: stop,
    process,
  };
}

export async function stopAll(servers: readonly ServerProcess[]): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
}

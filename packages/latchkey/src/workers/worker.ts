import type { Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepRequestsYoung } from '@latchkey/server/heap';
import type { Log } from '@latchkey/server/log';
import type { Metric } from '@latchkey/server/metrics';
import type { Siblings } from '@latchkey/server/siblings';
import { keepCertificate } from '../certificate.ts';
import type { Config } from '../config.ts';
import { Failure } from '../failure.ts';
import { type Started, startConfigured } from '../start-configured.ts';
import { stopSignal } from '../stop-signal.ts';
import { type Calls, callsOver } from './calls.ts';
import { GRACE_MS, type Leaving } from './messages.ts';

/** Serves as one of several, until it is told to leave. What stands in its way it tells the process that has started it, which tells people. */
export async function serveAsWorker(config: Config, worker: Worker, log: Log): Promise<void> {
  // A terminal that is closed tells everybody; what is to be done then, the process knows that has started us.
  process.on('SIGHUP', () => undefined);
  keepRequestsYoung();
  const numbered = logOf(worker.id, log);
  let started: Started | undefined;
  let setLeft: () => void = () => undefined;
  const left = new Promise<void>((resolve) => {
    setLeft = resolve;
  });
  const leave = async ({ drainMs, graceMs, quietMs }: Leaving): Promise<void> => {
    started?.server.leave();
    await sleep(drainMs);
    await started?.server.close(graceMs, quietMs);
    setLeft();
  };
  const calls = callsOver((message, sent) => worker.send(message, sent), {
    metrics: () => started?.server.metrics() ?? [],
    leave: (how: Leaving) => void leave(how),
  });
  worker.on('message', calls.receive);
  try {
    started = await startConfigured(config, numbered, { worker: worker.id, siblings: siblingsOver(calls) });
  } catch (error) {
    const { message } = error as Error;
    await calls.call('failed', { message, status: error instanceof Failure ? error.status : 1 });
    worker.disconnect();
    return;
  }
  if (config.tls && started.certificate) keepCertificate(config.tls, started.certificate, started.server, numbered);
  await calls.call('ready', { s3: started.server.s3, console: started.server.console });
  void stopSignal().then(() => leave({ drainMs: config.drainMs, graceMs: GRACE_MS, quietMs: 0 }));

  await left;
  await calls.call('lastMetrics', started.server.metrics());
  worker.disconnect();
}

function siblingsOver({ call }: Pick<Calls, 'call'>): Siblings {
  return {
    tries: {
      begin: (linkId, network) => call('beginTry', linkId, network) as Promise<number>,
      forgive: (linkId, network) => call('forgiveTry', linkId, network) as Promise<void>,
    },
    rates: { take: (linkId, bytes, bytesPerSecond) => call('takeRate', linkId, bytes, bytesPerSecond) as Promise<number> },
    isToTell: (what) => call('isToTell', what) as Promise<boolean>,
    metrics: (own) => call('metrics', own) as Promise<readonly Metric[]>,
  };
}

function logOf(worker: number, log: Log): Log {
  return {
    info: (message, fields) => log.info(message, { ...fields, worker }),
    error: (message, fields) => log.error(message, { ...fields, worker }),
  };
}

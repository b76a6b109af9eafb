/** What answers on the console address. */
import { healthReply, textReply } from './health.ts';
import type { Handler } from './http.ts';
import type { RequestCounts } from './metrics.ts';
import type { Stores } from './pipeline.ts';

export type ConsoleAddressOptions = { readonly stores: Stores; readonly counts: RequestCounts; readonly version: string };

export function consoleHandler({ stores, counts, version }: ConsoleAddressOptions): Handler {
  return async (incoming) => {
    const health = await healthReply(incoming, stores);
    if (health !== undefined) return health;
    switch (incoming.rawTarget) {
      case '/-/metrics':
        return textReply(200, counts.expose().trimEnd(), 'text/plain; version=0.0.4; charset=utf-8');
      case '/':
        return textReply(200, `Latchkey ${version} is running. This address answers /-/health/ready and /-/metrics.`);
      default:
        return textReply(404, 'There is nothing here.');
    }
  };
}

/** What answers on the console address. */
import { apiHandler, isApi } from './api/handler.ts';
import type { ServerFacts } from './api/server-facts.ts';
import { type ConsolePagesOptions, consolePages } from './console-pages.ts';
import { healthReply, textReply } from './health.ts';
import type { Handler, Presence } from './http.ts';
import type { IdentityProvider } from './identity-provider/identity-provider.ts';
import { isLanding, landingHandler } from './landing/handler.ts';
import { PLAYER_PATH, playerReply } from './landing/player.ts';
import type { Log } from './log.ts';
import { exposition, type Metric, type RequestCounts } from './metrics.ts';
import type { Incoming, Reply, Site, Stores } from './pipeline.ts';
import type { Siblings } from './siblings.ts';
import type { Deliveries } from './upload-requests/deliveries.ts';
import { isUploadPage, uploadHandler } from './upload-requests/handler.ts';
import { isUploadScript, uploadScriptReply } from './upload-requests/upload-scripts.ts';

export type ConsoleAddressOptions = {
  readonly publicConsoleUrl: string | undefined;
  /** The same, or as it is bound. */
  readonly consoleUrl: () => string;
  readonly uploadDeliveries: Deliveries;
  /** Answers a request to the S3 address. */
  readonly ask: (incoming: Incoming) => Promise<Reply>;
  readonly stores: Stores;
  readonly presence: Readonly<Presence>;
  readonly siblings: Siblings;
  readonly site: Site;
  readonly log: Log;
  readonly counts: RequestCounts;
  /** Of this process, and of the installation. */
  readonly metrics: { own(): readonly Metric[]; shared(): Promise<readonly Metric[]> };
  readonly version: string;
  /** Where the built pages are; without them this address has no pages but those of links. */
  readonly pages: Pick<ConsolePagesOptions, 'folder' | 'endpoint'> | undefined;
  readonly server: ServerFacts;
  /** With which people may sign in, if there is one. */
  readonly provider: IdentityProvider | undefined;
};

export function consoleHandler(options: ConsoleAddressOptions): Handler {
  const { stores, presence, siblings, site, log, metrics, version, publicConsoleUrl, ask } = options;
  const answerApi = apiHandler(options);
  const answerGuest = landingHandler({ ...stores, siblings, sealer: stores.identities.sealer, site, log, publicConsoleUrl, ask });
  const answerDeliverer = uploadHandler({
    records: stores.records,
    stores,
    deliveries: options.uploadDeliveries,
    siblings,
    site,
    log,
    consoleUrl: options.consoleUrl,
  });
  const { region, directSources } = site;
  const answerPage =
    options.pages && consolePages({ ...options.pages, version, region, directSources, signInWith: options.provider?.name });
  return async (incoming) => {
    stores.records.latest();
    if (isApi(incoming.rawTarget)) return answerApi(incoming);
    if (isLanding(incoming.rawTarget)) return answerGuest(incoming);
    if (isUploadPage(incoming.rawTarget)) return answerDeliverer(incoming);
    if (isUploadScript(incoming.rawTarget)) return uploadScriptReply(incoming.rawTarget);
    const health = await healthReply(incoming, stores, presence);
    if (health !== undefined) return health;
    switch (incoming.rawTarget) {
      case '/-/metrics':
        return textReply(
          200,
          exposition([...(await siblings.metrics(metrics.own())), ...(await metrics.shared())]),
          'text/plain; version=0.0.4; charset=utf-8',
        );
      case PLAYER_PATH:
        return playerReply();
    }
    if (answerPage !== undefined && !incoming.rawTarget.startsWith('/-/')) return answerPage(incoming);
    if (incoming.rawTarget !== '/') return textReply(404, 'There is nothing here.');
    return textReply(200, `Latchkey ${version} is running. This address answers /api/v1, /-/health/ready and /-/metrics.`);
  };
}

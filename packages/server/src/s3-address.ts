/** What answers on the S3 address: S3, and under `/-/`, which no bucket can be called, health and facts about the server. */
import type { Gateway } from './gateway.ts';
import { headerValue } from './headers.ts';
import { healthReply, textReply } from './health.ts';
import type { Handler, Presence } from './http.ts';
import { bucketOfHost } from './parse.ts';
import type { Incoming, Reply, Site, Stores } from './pipeline.ts';

export type S3AddressOptions = {
  readonly gateway: Gateway;
  readonly site: Site;
  readonly stores: Stores;
  readonly presence: Readonly<Presence>;
  readonly region: string;
  readonly version: string;
  readonly consoleUrl: string;
};

export function s3Handler({ gateway, site, stores, presence, region, version, consoleUrl }: S3AddressOptions): Handler {
  const facts = JSON.stringify({ version, region, console: consoleUrl, publicUrl: site.publicAddresses[0]?.url });
  return (incoming) => {
    stores.records.latest();
    // Where Host names a bucket, `-/…` is a key in it.
    const isOurs = incoming.rawTarget.startsWith('/-/') && bucketOfHost(headerValue(incoming.headers, 'host') ?? '', site) === undefined;
    return isOurs ? answerOurs(incoming) : gateway.handle(incoming);
  };

  async function answerOurs(incoming: Incoming): Promise<Reply> {
    const health = await healthReply(incoming, stores, presence);
    if (health !== undefined) return health;
    if (incoming.rawTarget === '/-/latchkey.json') return textReply(200, facts, 'application/json');
    return textReply(404, 'There is nothing here. S3 requests go to /BUCKET/KEY.');
  }
}

/** Events about the trail itself, which stand in it like all others. */
import { randomUUID } from 'node:crypto';
import type { LineSite, OpenLine } from './line.ts';

/** The first line of every segment. Reading starts at any of them: what it follows is written in it. */
export type SegmentBegins = {
  readonly chain: string;
  readonly segment: number;
  /** The id of the key that the hashes of this segment are made with. */
  readonly key: string;
  /** The last line of the segment before. */
  readonly previous: LinePlace | null;
  /** The heads of chains that no other line vouches for. */
  readonly covers: readonly CoveredHead[];
};

export type LinePlace = { readonly sequence: number; readonly hash: string; readonly recordedAt: number };

export type CoveredHead = LinePlace & {
  readonly chain: string;
  /** False where the index had been made anew from the files, so that nothing could be known of lines behind this one. */
  readonly wasSealed: boolean;
};

/** Whole segments whose last line was recorded by then are no longer kept. */
export type SegmentsRemoved = {
  /** Milliseconds since the epoch, inclusive. */
  readonly upTo: number;
  readonly reason: 'age' | 'size';
  readonly segments: readonly string[];
  readonly lines: number;
};

/** Of requests that nobody signed, or not as they should have: those that have no event of their own, since they were too many. */
export type RefusedRequests = {
  /** Milliseconds since the epoch, inclusive. */
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  /** Those with the most; of IPv6, networks. */
  readonly addresses: readonly { readonly address: string; readonly requests: number }[];
};

export type ChainEnds = { readonly chain: string };

export const BEGIN_SEGMENT = 'BeginAuditSegment';
export const REMOVE_SEGMENTS = 'RemoveAuditSegments';
export const COUNT_REFUSED = 'CountRefusedRequests';
export const END_CHAIN = 'EndAuditChain';

type ServiceEvents = {
  readonly [BEGIN_SEGMENT]: SegmentBegins;
  readonly [REMOVE_SEGMENTS]: SegmentsRemoved;
  readonly [COUNT_REFUSED]: RefusedRequests;
  readonly [END_CHAIN]: ChainEnds;
};

export function serviceLine<Name extends keyof ServiceEvents>(
  name: Name,
  details: ServiceEvents[Name],
  now: number,
  site: LineSite,
): OpenLine {
  const at = new Date(now).toISOString();
  const text =
    `{"eventVersion":"1.11","userIdentity":{"type":"AWSService","invokedBy":"latchkey"},"eventTime":"${at.slice(0, 19)}Z",` +
    `"eventSource":"latchkey","eventName":"${name}","awsRegion":"${site.region}","sourceIPAddress":"latchkey","userAgent":"latchkey",` +
    `"requestParameters":null,"responseElements":null,"additionalEventData":{"bytesTransferredIn":0,"bytesTransferredOut":0,` +
    `"latchkey":{"status":200,"receivedAt":"${at}","durationMs":0,"method":""}},"requestID":"","eventID":"${randomUUID()}","readOnly":false,` +
    `"eventType":"AwsServiceEvent","managementEvent":true,"recipientAccountId":"${site.accountId}","eventCategory":"Management",` +
    `"serviceEventDetails":${JSON.stringify(details)}`;
  return { open: Buffer.from(text), terms: [`operation:${name}`, 'address:latchkey', 'result:ok'] };
}

/** The server as replies show it. */
import { array, boolean, number, optional, picklist, string } from 'valibot';
import { TERMS } from '../../guardrails/document.ts';
import { members } from '../input.ts';
import { text, timeText } from './values.ts';

export const limitsQuery = members({
  bucket: text(63),
  key: optional(text(1024)),
  keyPrefix: optional(text(1024)),
  /** What is about to be made there: who may make the one need not be allowed the other. */
  for: optional(picklist(['link', 'request'], 'must be link or request.'), 'link'),
});

export const kindLimits = members({
  isOff: boolean(),
  longestSeconds: number(),
  isGuardrail: boolean(),
  requiredTerms: array(picklist(TERMS)),
});

const reached = {
  /** Of who asks, as terms on addresses would see it. */
  address: string(),
  isBehindUnknownProxy: boolean(),
  endpoint: string(),
  consoleUrl: string(),
};

export const linkLimitsShown = members({
  ...reached,
  read: kindLimits,
  write: kindLimits,
  form: kindLimits,
  page: kindLimits,
  request: kindLimits,
});

const store = members({ isReady: boolean(), problem: optional(string()) });

export const serverShown = members({
  ...reached,
  version: string(),
  region: string(),
  accountId: string(),
  startedAt: timeText,
  now: timeText,
  publicUrls: array(string()),
  trustsProxies: boolean(),
  stores: members({ objects: store, records: store, trail: store }),
  disk: optional(members({ totalBytes: number(), freeBytes: number() })),
  memoryBytes: number(),
});

export const nodesShown = members({
  items: array(
    members({
      id: string(),
      host: string(),
      pid: number(),
      worker: optional(number()),
      version: string(),
      startedAt: timeText,
      seenAt: timeText,
      s3: string(),
      console: string(),
      clockAheadMs: number(),
      isSilent: boolean(),
      isHere: boolean(),
    }),
  ),
});

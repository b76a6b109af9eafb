/** The service behind webhooks: registered, listed, changed, tried and removed. Who may is asked before; refusals are S3Errors. */
import type { LatchkeyEvent, WebhookFilter } from './model.ts';

export type NewWebhook = {
  /** `https://…`, without a name or password in it; `http://…` for a host in a network that the operator has named. */
  readonly url: string;
  /** Of links and upload requests; none for a webhook that only buckets name. */
  readonly events: readonly LatchkeyEvent[];
  readonly filter: WebhookFilter;
  readonly note?: string | undefined;
};

/** `null` takes a filter or the note away; what is not named stays. */
export type WebhookChange = {
  readonly url?: string | undefined;
  readonly events?: readonly LatchkeyEvent[] | undefined;
  readonly filter?: { readonly [Name in keyof WebhookFilter]?: string | null | undefined } | undefined;
  readonly note?: string | null | undefined;
  readonly status?: 'active' | 'paused' | undefined;
  /** Another signing secret; the one before signs too for a day. */
  readonly newSecret?: boolean | undefined;
};

export type WebhookView = {
  readonly id: string;
  /** How a bucket's notification configuration names it. */
  readonly arn: string;
  readonly url: string;
  readonly events: readonly LatchkeyEvent[];
  readonly filter: WebhookFilter;
  readonly note?: string | undefined;
  readonly status: 'active' | 'paused';
  readonly createdAt: number;
  readonly createdBy: string;
  /** What messages are signed with: once, in the answer to who has it made. */
  readonly secret?: string | undefined;
  /** Messages that wait; of a webhook shown by itself. */
  readonly waiting?: number | undefined;
};

export type WebhookTest = {
  readonly isDelivered: boolean;
  /** Of its answer, where it gave one. */
  readonly status?: number | undefined;
  /** Why it is not delivered, in a sentence. */
  readonly reason?: string | undefined;
};

export type DeadLetterView = {
  readonly id: string;
  readonly at: number;
  readonly diedAt: number;
  readonly attempts: number;
  readonly reason: string;
  /** The message: JSON. */
  readonly body: string;
};

type Page = { readonly after?: string | undefined; readonly limit: number };

export type Webhooks = {
  /** Throws InvalidArgument for what is no address or none that may be here, LimitExceeded. */
  create(input: NewWebhook, createdBy: string): Promise<WebhookView>;
  list(): Promise<readonly WebhookView[]>;
  show(id: string): Promise<WebhookView>;
  change(id: string, change: WebhookChange): Promise<WebhookView>;
  /** With all that waits for it, and its dead letters. */
  remove(id: string): Promise<void>;
  /** Sends a message of the type `webhook.test`, now and once. */
  test(id: string): Promise<WebhookTest>;
  deadLetters(id: string, page: Page): Promise<{ readonly items: readonly DeadLetterView[]; readonly next?: string | undefined }>;
  /** Sends these once more, or all; resolves to how many will be. */
  replay(id: string, ids?: readonly string[]): Promise<number>;
  /** Whether there is one of that id. */
  has(id: string): Promise<boolean>;
  /** For metrics: how many messages wait, by webhook. */
  waiting(): Promise<ReadonlyMap<string, number>>;
};

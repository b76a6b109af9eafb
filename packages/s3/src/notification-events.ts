/** The names of S3's events, and which of them a rule means. */

/** Without `s3:`; what happens here. */
export type ObjectEventName =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete'
  | 'ObjectTagging:Put'
  | 'ObjectTagging:Delete';

/** Whether S3 knows an event of that name, or a group of them. Many never happen here: nothing is restored, replicated or expires. */
export function isNotificationEvent(name: string): boolean {
  const [, group = '', one] = /^s3:([A-Za-z]+)(?::([A-Za-z*]+))?$/.exec(name) ?? [];
  if (one === undefined) return SINGLE.has(group);
  return Object.hasOwn(GROUPS, group) && (one === '*' || (GROUPS[group]?.includes(one) ?? false));
}

/** Whether a rule with this event is told of that one. */
export function isToldOf(ruleEvent: string, event: ObjectEventName): boolean {
  return ruleEvent === `s3:${event}` || ruleEvent === `s3:${event.slice(0, event.indexOf(':'))}:*`;
}

/** Whether there is an event that both mean. */
export function namesSameEvent(one: string, other: string): boolean {
  if (one === other) return true;
  const [shorter, longer] = one.endsWith(':*') ? [one, other] : [other, one];
  return shorter.endsWith(':*') && longer.startsWith(shorter.slice(0, -1));
}

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  ObjectCreated: ['Put', 'Post', 'Copy', 'CompleteMultipartUpload'],
  ObjectRemoved: ['Delete', 'DeleteMarkerCreated'],
  ObjectTagging: ['Put', 'Delete'],
  ObjectAcl: ['Put'],
  ObjectRestore: ['Post', 'Completed', 'Delete'],
  LifecycleExpiration: ['Delete', 'DeleteMarkerCreated'],
  Replication: ['OperationFailedReplication', 'OperationMissedThreshold', 'OperationReplicatedAfterThreshold', 'OperationNotTracked'],
};

const SINGLE: ReadonlySet<string> = new Set(['ReducedRedundancyLostObject', 'LifecycleTransition', 'IntelligentTiering']);

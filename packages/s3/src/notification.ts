/** A bucket's notification configuration: the document, and what makes one valid. */
import { invalidArgument, S3Error } from './errors.ts';
import { isNotificationEvent, namesSameEvent } from './notification-events.ts';
import { childText, parseXmlRoot, type XmlElement } from './xml.ts';
import { element, type XmlNode, xmlDocument } from './xml-writer.ts';

/** The kinds of destination that S3 has. */
export type DestinationKind = 'queue' | 'topic' | 'function';

export type NotificationRule = {
  /** Told with each event. Given by the client or made by us. */
  readonly id: string;
  readonly kind: DestinationKind;
  /** The ARN of the destination, as given. */
  readonly destination: string;
  /** `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`, … */
  readonly events: readonly string[];
  /** Of the key; absent where any will do. */
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
};

export type NotificationConfiguration = readonly NotificationRule[];

/**
 * The body of PutBucketNotificationConfiguration; `newId` makes the ids that the client leaves out. Throws MalformedXML for another shape,
 * InvalidArgument for events, filters and ids that cannot be and for rules that overlap, NotImplemented for Amazon EventBridge.
 */
export function parseNotification(body: Uint8Array | string, newId: () => string): NotificationConfiguration {
  const root = parseXmlRoot(body, 'NotificationConfiguration', { maxBytes: MAX_DOCUMENT_BYTES });
  const rules = root.children.map((child) => readRule(child, newId));
  if (rules.length > MAX_RULES) throw new S3Error('InvalidArgument', { message: `A bucket has at most ${MAX_RULES} notifications.` });
  if (new Set(rules.map(({ id }) => id)).size < rules.length)
    throw new S3Error('InvalidArgument', { message: 'Same ID used for multiple configurations. IDs must be unique' });
  refuseOverlaps(rules);
  return rules;
}

/** GetBucketNotificationConfiguration: an empty document where nothing is set. */
export function notificationXml(configuration: NotificationConfiguration): string {
  return xmlDocument('NotificationConfiguration', configuration.map(ruleElement), { namespace: true });
}

const MAX_DOCUMENT_BYTES = 256 * 1024;
const MAX_RULES = 100;
const MAX_ID_LENGTH = 255;
const MAX_FILTER_LENGTH = 1024;

/** By the name of the element: the kind, and what names its destination. */
const KINDS: Readonly<Record<string, readonly [kind: DestinationKind, destination: string]>> = {
  QueueConfiguration: ['queue', 'Queue'],
  TopicConfiguration: ['topic', 'Topic'],
  CloudFunctionConfiguration: ['function', 'CloudFunction'],
};

function readRule(rule: XmlElement, newId: () => string): NotificationRule {
  if (rule.name === 'EventBridgeConfiguration')
    throw new S3Error('NotImplemented', { message: 'There is no Amazon EventBridge here. Name a webhook in a QueueConfiguration.' });
  const [kind, destinationName] = KINDS[rule.name] ?? [];
  if (kind === undefined || destinationName === undefined) throw new S3Error('MalformedXML');
  const known = ['Id', 'Event', 'Filter', destinationName];
  if (!rule.children.every(({ name }) => known.includes(name))) throw new S3Error('MalformedXML');
  if (['Id', 'Filter', destinationName].some((name) => rule.children.filter((child) => child.name === name).length > 1))
    throw new S3Error('MalformedXML');
  const id = childText(rule, 'Id') || newId();
  if (id.length > MAX_ID_LENGTH) throw invalidArgument(`An Id has at most ${MAX_ID_LENGTH} characters.`, 'Id', id);
  const destination = childText(rule, destinationName)?.trim() ?? '';
  const events = [...new Set(rule.children.filter(({ name }) => name === 'Event').map(({ text }) => text.trim()))];
  if (destination === '' || events.length === 0) throw new S3Error('MalformedXML');
  for (const event of events) {
    if (!isNotificationEvent(event)) throw invalidArgument(`The event '${event}' is not supported for notifications`, 'Event', event);
  }
  return { id, kind, destination, events, ...filterOf(rule) };
}

function filterOf(rule: XmlElement): Pick<NotificationRule, 'prefix' | 'suffix'> {
  const filter: { prefix?: string; suffix?: string } = {};
  const containers = rule.children.filter(({ name }) => name === 'Filter').flatMap(({ children }) => children);
  if (containers.some(({ name }) => name !== 'S3Key') || containers.length > 1) throw new S3Error('MalformedXML');
  for (const one of containers.flatMap(({ children }) => children)) {
    if (one.name !== 'FilterRule') throw new S3Error('MalformedXML');
    const name = childText(one, 'Name')?.trim().toLowerCase();
    const value = childText(one, 'Value');
    if (value === undefined) throw new S3Error('MalformedXML');
    if (name !== 'prefix' && name !== 'suffix')
      throw invalidArgument('filter rule name must be either prefix or suffix', 'FilterRule.Name', name ?? '');
    if (filter[name] !== undefined) throw invalidArgument(`Cannot specify more than one ${name} rule in a filter.`, 'FilterRule', name);
    if (value.length > MAX_FILTER_LENGTH)
      throw invalidArgument(`Size of filter rule value cannot exceed ${MAX_FILTER_LENGTH} bytes`, 'FilterRule.Value', value);
    filter[name] = value;
  }
  return filter;
}

/** As on S3: no event of an object may be told by two rules. */
function refuseOverlaps(rules: readonly NotificationRule[]): void {
  for (const [i, one] of rules.entries()) {
    for (const other of rules.slice(i + 1)) {
      const sameEvents = one.events.some((event) => other.events.some((its) => namesSameEvent(event, its)));
      const [a = '', b = ''] = [one.prefix, other.prefix];
      const [x = '', y = ''] = [one.suffix, other.suffix];
      const sameKeys = (a.startsWith(b) || b.startsWith(a)) && (x.endsWith(y) || y.endsWith(x));
      if (sameEvents && sameKeys)
        throw new S3Error('InvalidArgument', {
          message: 'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
        });
    }
  }
}

function ruleElement({ id, kind, destination, events, prefix, suffix }: NotificationRule): XmlNode {
  const [name, [, destinationName]] = Object.entries(KINDS).find(([, [its]]) => its === kind) as [string, readonly [string, string]];
  const filters = [
    ...(prefix === undefined ? [] : [filterRule('Prefix', prefix)]),
    ...(suffix === undefined ? [] : [filterRule('Suffix', suffix)]),
  ];
  return element(name, [
    element('Id', id),
    element(destinationName, destination),
    ...events.map((event) => element('Event', event)),
    filters.length === 0 ? undefined : element('Filter', [element('S3Key', filters)]),
  ]);
}

function filterRule(name: string, value: string): XmlNode {
  return element('FilterRule', [element('Name', name), element('Value', value)]);
}

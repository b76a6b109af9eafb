/**
 * How a notification configuration names a webhook: as a queue, topic or function of AWS is named, since tools such as Terraform refuse any
 * other partition than `aws`. The last part is the webhook's id.
 */
import { S3Error } from '@latchkey/s3/errors';
import type { DestinationKind, NotificationRule } from '@latchkey/s3/notification';
import type { Site } from '../pipeline.ts';

type Place = Pick<Site, 'region' | 'accountId'>;

/** The one to show: `arn:aws:sqs:REGION:ACCOUNT:ID`. */
export function webhookArn(id: string, { region, accountId }: Place): string {
  return `arn:aws:sqs:${region}:${accountId}:${id}`;
}

/** The id of the webhook. Throws InvalidArgument in S3's words for what is no destination here. */
export function webhookNamed({ kind, destination }: NotificationRule, { region, accountId }: Place): string {
  const [arn, partition, service, inRegion, account, ...rest] = destination.split(':');
  const [type, id = type] = kind === 'function' ? rest : [undefined, ...rest];
  const isFunction = kind === 'function' && type === 'function' && rest.length === 2;
  if (arn !== 'arn' || partition !== 'aws' || service !== SERVICES[kind] || !(isFunction || (kind !== 'function' && rest.length === 1)))
    throw unfit('The ARN is not well formed', destination);
  if (inRegion !== region)
    throw unfit('The notification destination service region is not valid for the bucket location constraint', destination);
  if (account !== accountId) throw unknownDestination(destination);
  return id ?? '';
}

export function unknownDestination(destination: string): S3Error {
  return unfit('Unable to validate the following destination configurations', destination);
}

const SERVICES: Readonly<Record<DestinationKind, string>> = { queue: 'sqs', topic: 'sns', function: 'lambda' };

/** With the names of the fields that S3 has here. */
function unfit(message: string, destination: string): S3Error {
  return new S3Error('InvalidArgument', { message, fields: { ArgumentName: destination, ArgumentValue: 'null' } });
}

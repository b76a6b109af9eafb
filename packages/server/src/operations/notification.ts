/** Reading and setting what a bucket tells to whom. */
import { randomBytes } from 'node:crypto';
import { notificationXml, parseNotification } from '@latchkey/s3/notification';
import { testMessage } from '@latchkey/s3/notification-record';
import { documentBody } from '../body.ts';
import { amzValue } from '../headers.ts';
import { unknownDestination, webhookNamed } from '../webhooks/destination-arn.ts';
import type { BucketNotification } from '../webhooks/model.ts';
import { bucketOperation } from './define.ts';
import { existingBucket } from './existing-bucket.ts';
import { onBucket } from './permissions.ts';
import { emptyReply, xmlReply } from './replies.ts';

export const getBucketNotification = bucketOperation({
  name: 'GetBucketNotificationConfiguration',
  method: 'GET',
  subresource: 'notification',
  needs: onBucket('s3:GetBucketNotification'),
  async run(request, stores) {
    await existingBucket(stores, request.bucket);
    const notification = await stores.notifications.find(request.bucket);
    return xmlReply(notificationXml(notification.map(({ rule }) => rule)));
  },
});

/** Each destination is sent a test event, as on S3; that waits its turn like any other, and is no condition of the answer. */
export const putBucketNotification = bucketOperation({
  name: 'PutBucketNotificationConfiguration',
  method: 'PUT',
  subresource: 'notification',
  needs: onBucket('s3:PutBucketNotification'),
  async run(request, stores, site) {
    const { bucket, requestId } = request;
    const body = await documentBody(request, { maxBytes: 256 * 1024 });
    await existingBucket(stores, bucket);
    const notification: BucketNotification = parseNotification(body, () => randomBytes(18).toString('base64url')).map((rule) => ({
      rule,
      webhook: webhookNamed(rule, site),
    }));
    for (const { rule, webhook } of notification) if (!(await stores.webhooks.has(webhook))) throw unknownDestination(rule.destination);
    const isTested = amzValue(request, 'x-amz-skip-destination-validation')?.toLowerCase() !== 'true';
    const test = testMessage({ at: site.now(), bucket, requestId, hostId: site.hostId });
    const targets = isTested ? [...new Set(notification.map(({ webhook }) => webhook))] : [];
    await stores.records.commit([
      stores.notifications.changeOf(bucket, notification),
      ...stores.events.messagesTo(targets, { lane: bucket, body: test }),
    ]);
    return emptyReply(200);
  },
});

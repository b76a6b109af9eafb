/** The schemas that the OpenAPI document has names for. */
import type { GenericSchema } from 'valibot';
import { cloudTrailFile, event, eventPage, verdict } from './audit.ts';
import { bucketRedirect } from './bucket-redirect.ts';
import { link, linkChange, linkUrl, newLink, newRevocation, revocation, revoked } from './link.ts';
import { presigned, presignedMany, presignMany } from './presign.ts';
import { problem } from './problem.ts';
import { kindLimits, linkLimitsShown, serverShown } from './server.ts';
import { session, signedIn } from './session.ts';
import { delivery, deliveryPage, newUploadRequest, uploadRequest, uploadRequestChange, uploadRequestPage } from './upload-request.ts';
import { deadLetterPage, newWebhook, webhook, webhookChange } from './webhook.ts';

export const components: Readonly<Record<string, GenericSchema>> = {
  Problem: problem,
  NewLink: newLink,
  LinkChange: linkChange,
  Link: link,
  LinkRequest: linkUrl,
  PresignMany: presignMany,
  PresignedMany: presignedMany,
  Presigned: presigned,
  NewRevocation: newRevocation,
  Revocation: revocation,
  Revoked: revoked,
  NewUploadRequest: newUploadRequest,
  UploadRequestChange: uploadRequestChange,
  UploadRequest: uploadRequest,
  UploadRequestPage: uploadRequestPage,
  Delivery: delivery,
  DeliveryPage: deliveryPage,
  Event: event,
  EventPage: eventPage,
  CloudTrailFile: cloudTrailFile,
  TrailVerdict: verdict,
  NewWebhook: newWebhook,
  WebhookChange: webhookChange,
  Webhook: webhook,
  DeadLetterPage: deadLetterPage,
  BucketRedirect: bucketRedirect,
  SignedIn: signedIn,
  Session: session,
  KindLimits: kindLimits,
  LinkLimits: linkLimitsShown,
  Server: serverShown,
};

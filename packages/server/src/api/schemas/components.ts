/** The schemas that the OpenAPI document has names for. */
import type { GenericSchema } from 'valibot';
import { cloudTrailFile, event, eventPage, verdict } from './audit.ts';
import { link, linkChange, linkUrl, newLink, newRevocation, revocation, revoked } from './link.ts';
import { presigned, presignedMany, presignMany } from './presign.ts';
import { problem } from './problem.ts';
import { kindLimits, linkLimitsShown, serverShown } from './server.ts';

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
  Event: event,
  EventPage: eventPage,
  CloudTrailFile: cloudTrailFile,
  TrailVerdict: verdict,
  KindLimits: kindLimits,
  LinkLimits: linkLimitsShown,
  Server: serverShown,
};

/** The table of the JSON API. */
import type { ApiOperation } from '../operation.ts';
import { queryAudit, verifyAudit } from './audit.ts';
import { getBucketRedirect, putBucketRedirect } from './bucket-redirect.ts';
import { changeLink, createLink, getLink, getLinkUrl, listLinks, revokeLink } from './links.ts';
import { presign } from './presign.ts';
import { getSignInUrl, signInWithProvider } from './provider-sign-in.ts';
import { createRevocation, listRevocations, removeRevocation } from './revocations.ts';
import { getLinkLimits, getServer, listNodes } from './server.ts';
import { endSession, listSessions, renewSession, signIn, signOut } from './sessions.ts';
import {
  changeUploadRequest,
  closeUploadRequest,
  createUploadRequest,
  getUploadRequest,
  listDeliveries,
  listUploadRequests,
} from './upload-requests.ts';
import {
  changeWebhook,
  createWebhook,
  getWebhook,
  listDeadLetters,
  listWebhooks,
  removeWebhook,
  replayDeadLetters,
  testWebhook,
} from './webhooks.ts';

export const apiOperations: readonly ApiOperation[] = [
  presign,
  createLink,
  listLinks,
  getLink,
  getLinkUrl,
  changeLink,
  revokeLink,
  createRevocation,
  listRevocations,
  removeRevocation,
  signIn,
  getSignInUrl,
  signInWithProvider,
  renewSession,
  signOut,
  listSessions,
  endSession,
  createWebhook,
  listWebhooks,
  getWebhook,
  changeWebhook,
  removeWebhook,
  testWebhook,
  listDeadLetters,
  replayDeadLetters,
  createUploadRequest,
  listUploadRequests,
  getUploadRequest,
  changeUploadRequest,
  closeUploadRequest,
  listDeliveries,
  getBucketRedirect,
  putBucketRedirect,
  queryAudit,
  verifyAudit,
  getLinkLimits,
  getServer,
  listNodes,
];

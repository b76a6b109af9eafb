/** The table of the JSON API. */
import type { ApiOperation } from '../operation.ts';
import { queryAudit, verifyAudit } from './audit.ts';
import { changeLink, createLink, getLink, getLinkUrl, listLinks, revokeLink } from './links.ts';
import { presign } from './presign.ts';
import { createRevocation, listRevocations, removeRevocation } from './revocations.ts';
import { getLinkLimits, getServer } from './server.ts';

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
  queryAudit,
  verifyAudit,
  getLinkLimits,
  getServer,
];

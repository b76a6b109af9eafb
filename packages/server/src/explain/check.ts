/** One check of the request's life as an explanation shows it. */
import type { Decision } from '@latchkey/policy/evaluate';
import { S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import type { Permission } from '../pipeline.ts';

/** In the order in which a request meets them. */
export const CHECKS = [
  'address',
  'operation',
  'mechanism',
  'scope',
  'expiry',
  'access-key',
  'session-token',
  'signed-headers',
  'signature',
  'terms',
  'guardrails',
  'permissions',
  'object',
] as const;
export type CheckName = (typeof CHECKS)[number];

export type Check = {
  readonly name: CheckName;
  /** `skipped`: it has nothing to say about this request, or was not reached. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** A sentence for operators: it may name policies, users and what exists. */
  readonly explanation: string;
  /** What the holder of the URL is told where it failed. */
  readonly refusal?: S3Error | undefined;
  /** Of `permissions`: what decided about each that the operation needs. */
  readonly decisions?: readonly PermissionDecision[] | undefined;
  /** Of a wrong `signature`. */
  readonly difference?: Difference | undefined;
  readonly seen?: SeenRequest | undefined;
};

export type PermissionDecision = Pick<Permission, 'action' | 'resource'> & Decision;

/** Where the request that was signed departs from the one that came, as far as trying finds out. */
export type Difference = {
  readonly part: 'method' | 'host' | 'path' | 'query' | 'header' | 'signature' | 'secret';
  /** As signed; empty where that is not known. */
  readonly signed: string;
  readonly received: string;
  readonly explanation: string;
};

/** What the signature was checked against: neither a secret nor the signature that would be right. */
export type SeenRequest = { readonly stringToSign: string; readonly canonicalRequest: string | undefined };

export const passed = (name: CheckName, explanation: string): Check => ({ name, outcome: 'passed', explanation });
export const skipped = (name: CheckName, explanation: string): Check => ({ name, outcome: 'skipped', explanation });

/** In the operator's words where there are any. What is no refusal is thrown on. */
export function failed(name: CheckName, error: unknown, explanation?: string): Check {
  if (!(error instanceof S3Error)) throw error;
  const told = error.cause instanceof Denial ? error.cause.message : error.message;
  return { name, outcome: 'failed', explanation: explanation ?? told, refusal: error };
}

/** What is kept of each identity. Times are milliseconds since the epoch; names of other documents are in lower case. */
import { documents } from './documents.ts';
import type { Sealed } from './sealing.ts';

export type InlinePolicy = { readonly name: string; readonly text: string };
export type Tag = { readonly key: string; readonly value: string };

/** What users, groups and roles have in common. */
export type PolicyHolder = {
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  /** Stays with this one for good; the name may be given to another later. */
  readonly uniqueId: string;
  readonly createdAt: number;
  readonly inline: readonly InlinePolicy[];
  /** Names of managed policies. */
  readonly attached: readonly string[];
};

export type User = PolicyHolder & {
  readonly groups: readonly string[];
  readonly accessKeys: readonly string[];
  /** The name of a managed policy, and its ARN. */
  readonly boundary?: string;
  readonly boundaryArn?: string;
  readonly tags: readonly Tag[];
};

export type Group = PolicyHolder & { readonly members: readonly string[] };

/** Unique ids by the ARNs that a policy names, as they were when it was set. */
export type BoundPrincipals = Readonly<Record<string, string>>;

export type Role = PolicyHolder & {
  /** The trust policy: who may assume it. */
  readonly trust: string;
  /** Whom the trust policy means by the names in it. */
  readonly trusted?: BoundPrincipals;
  readonly maxSessionSeconds: number;
  readonly description?: string;
  readonly boundary?: string;
  readonly boundaryArn?: string;
  readonly tags: readonly Tag[];
};

export type PolicyVersion = { readonly id: string; readonly text: string; readonly createdAt: number };

export type ManagedPolicy = {
  readonly name: string;
  readonly path: string;
  readonly uniqueId: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Oldest first; five at most. */
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersion: string;
  readonly nextVersion: number;
  /** How many users, groups and roles it is attached to, and whose boundary it is: kept in the same commit, so that none is left dangling. */
  readonly attachments: number;
  readonly boundaries: number;
  readonly tags: readonly Tag[];
};

export type AccessKey = {
  readonly id: string;
  readonly user: string;
  /** Of the user, so that a user of the same name who comes later does not get the key. */
  readonly userId: string;
  readonly status: 'Active' | 'Inactive';
  readonly createdAt: number;
  readonly secret: Sealed;
};

export const users = documents<User>('user');
export const groups = documents<Group>('group');
export const roles = documents<Role>('role');
export const managedPolicies = documents<ManagedPolicy>('policy');
export const accessKeys = documents<AccessKey>('access-key');

/** The text in force. */
export function defaultText({ versions, defaultVersion }: ManagedPolicy): string {
  return versions.find(({ id }) => id === defaultVersion)?.text ?? '';
}

/** What the project `wire-cluster` has more than `wire-postgres`: a Ceph, for the objects of its servers. */
import type { TestProject } from 'vitest/node';
import { startCeph } from './ceph.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a Ceph that all files share, and whose user may make others. */
    readonly ceph?: {
      readonly endpoint: string;
      readonly region: string;
      readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    };
  }
}

/** One Ceph for all files of the project. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { endpoint, region, credentials, stop } = await startCeph();
  project.provide('ceph', { endpoint, region, credentials });
  return stop;
}

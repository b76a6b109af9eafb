import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { CEPH_PROGRAMS } from './tests/support/ceph.ts';
import { pathOf } from './tests/support/path-of.ts';
import { postgresPrograms } from './tests/support/postgres.ts';

// Tests run on the sources, without a build: every package names its sources under this condition.
// LATCHKEY_TEST_BUILT=1 runs them on what is published instead.
const conditions = process.env.LATCHKEY_TEST_BUILT === '1' ? [] : ['source'];
const seconds = 1000;
// Most files wait for their own servers and programs as much as they compute: two at a time even on two cores. The others (faults, browsers,
// several nodes) put a load on the machine themselves, and come after them, one at a time there.
const together = { maxWorkers: Math.max(2, availableParallelism() - 1), sequence: { groupOrder: 0 } };
const alone = { sequence: { groupOrder: 1 } };
// The wire tests of links, identity and audit once more, with records, uses and trail in a PostgreSQL, where there is one.
const withPostgres = postgresPrograms !== undefined || process.env.LATCHKEY_REQUIRE_ALL === '1';
const OVER_POSTGRES =
  'tests/wire/{links,link-uploads,revocations,identity-permissions,api-{audit,links},audit-reads,guardrails,security-{09,36,39}-*}.test.ts';

// And over a cluster, as several nodes have it: records in PostgreSQL, objects in Ceph. With FULL=1 all of them that are not about stores themselves.
const isCephThere = CEPH_PROGRAMS.every((program) => pathOf(program) !== undefined);
const withCluster = (withPostgres && isCephThere) || process.env.LATCHKEY_REQUIRE_ALL === '1';
const OVER_CLUSTER =
  process.env.FULL === '1'
    ? 'tests/wire/!(local-stores|objects-s3|failing-stores|closed-stores).test.ts'
    : 'tests/wire/{get-object,put-object,post-object,conditional-writes,multipart-upload,list-objects-v2,link-uploads,link-downloads}.test.ts';

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      project('unit', '{packages/*/src,tests/house}/**/*.test.ts', { testTimeout: 10 * seconds, ...together }),
      project('command', 'tests/command/**/*.test.ts', { testTimeout: 90 * seconds, globalSetup: 'tests/support/built.ts', ...together }),
      project('wire', 'tests/wire/**/*.test.ts', { testTimeout: 30 * seconds, ...together }),
      ...(withPostgres
        ? [
            project('wire-postgres', OVER_POSTGRES, {
              testTimeout: 60 * seconds,
              globalSetup: 'tests/support/wire-postgres.ts',
              ...together,
            }),
          ]
        : []),
      ...(withCluster
        ? [
            project('wire-cluster', OVER_CLUSTER, {
              testTimeout: 60 * seconds,
              globalSetup: ['tests/support/wire-postgres.ts', 'tests/support/wire-ceph.ts'],
              setupFiles: 'tests/support/wire-over-ceph.ts',
              ...together,
            }),
          ]
        : []),
      // Every file drives heavy programs against a server of its own: time for a busy machine.
      project('clients', 'tests/clients/**/*.test.ts', { testTimeout: 300 * seconds, globalSetup: 'tests/support/built.ts', ...together }),
      project('proxies', 'tests/proxies/**/*.test.ts', { testTimeout: 120 * seconds, globalSetup: 'tests/support/built.ts', ...alone }),
      project('faults', 'tests/faults/**/*.test.ts', { testTimeout: 300 * seconds, globalSetup: 'tests/support/built.ts', ...alone }),
      project('console', 'tests/console/**/*.test.ts', {
        testTimeout: 120 * seconds,
        globalSetup: 'tests/support/built.ts',
        expect: { poll: { timeout: 20 * seconds } },
        ...alone,
      }),
      project('cluster', 'tests/cluster/**/*.test.ts', { testTimeout: 120 * seconds, globalSetup: 'tests/support/built.ts', ...alone }),
    ],
  },
});

function project(name: string, include: string, options: ProjectOptions) {
  return { extends: true as const, test: { name, include: [include], hookTimeout: options.testTimeout, ...options } };
}

type ProjectOptions = {
  testTimeout: number;
  expect?: { poll: { timeout: number } };
  globalSetup?: string | string[];
  setupFiles?: string;
  maxWorkers?: number;
  sequence?: { groupOrder: number };
};

import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run on the sources, without a build: every package names its sources under this condition.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'wire', include: ['tests/wire/**/*.test.ts'], testTimeout: 30_000 },
      },
    ],
  },
});

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The folder of the console's built pages; `undefined` where they were not built, as in tests on the sources. */
export function consolePagesFolder(): string | undefined {
  const index = builtIndex();
  return index !== undefined && existsSync(index) ? dirname(index) : undefined;
}

function builtIndex(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@latchkey/console/web/index.html');
  } catch {
    return undefined;
  }
}

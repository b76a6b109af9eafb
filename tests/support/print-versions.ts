import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Prints the version of a client library that is tested, since its behaviour is only worth something with its version. */
export function printVersions(...names: readonly string[]): void {
  for (const name of names) {
    const file = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
    console.log(`${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`);
  }
}

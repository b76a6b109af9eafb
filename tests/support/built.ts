import { execFileSync } from 'node:child_process';

/** Tests of the command run what people install, so the build must be that of the sources. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}

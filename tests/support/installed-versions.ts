import { execFileSync } from 'node:child_process';
import { pathOf } from './path-of.ts';

export type Installed = {
  readonly program: string;
  /** As short as it can be, for the names of tests: `aws-cli/2.9.19`. */
  readonly name: string;
};

/**
 * One entry for each different version among these programs, and the version is printed, since a client's behaviour is only worth
 * something with its version. Where none is there, the last name stands for the program that is wanted.
 */
export function installedVersions(programs: readonly string[], versionParameters: readonly string[]): readonly Installed[] {
  const found = new Map<string, string>();
  for (const program of programs) {
    const version = pathOf(program) && versionOf(program, versionParameters);
    if (version && !found.has(version)) found.set(version, program);
  }
  for (const version of found.keys()) console.log(version);
  if (found.size === 0) return [{ program: programs.at(-1)!, name: programs.at(-1)! }];
  return [...found].map(([version, program]) => ({ program, name: /^.*?\d+(\.\d+)+/.exec(version)?.[0] ?? version }));
}

/** The first line of what the program says of itself; undefined where it can not even say that. */
function versionOf(program: string, parameters: readonly string[]): string | undefined {
  try {
    return execFileSync(program, [...parameters], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
      .split('\n')[0]!
      .trim();
  } catch {
    return undefined;
  }
}

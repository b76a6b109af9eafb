import { finishProgram, type RunOptions, runProgram } from './run-program.ts';
import type { Served } from './served.ts';

export type AwsCli = {
  /** `aws(['s3', 'ls'])`: stdout, once it ended well. `environment` is put over the usual one, for other credentials. */
  (parameters: readonly string[], input?: RunOptions['input'], environment?: NodeJS.ProcessEnv): Promise<string>;
  /** The JSON it printed; `{}` where it printed nothing. */
  json(parameters: readonly string[]): Promise<AwsJson>;
  /** What it wrote on stderr, once it ended badly. */
  refused(parameters: readonly string[]): Promise<string>;
};

// biome-ignore lint/suspicious/noExplicitAny: replies of a hundred commands, of which each test reads two fields.
export type AwsJson = any;

/** The AWS CLI as people use it against a store of their own: `--endpoint-url` and nothing else. */
export function awsCli(program: string, store: Pick<Served, 'endpoint' | 'environment' | 'scratch'>): AwsCli {
  const options = { env: store.environment, cwd: store.scratch };
  const whole = (parameters: readonly string[]) => [...parameters, '--endpoint-url', store.endpoint];
  const aws: AwsCli = (parameters, input, environment) =>
    runProgram(program, whole(parameters), {
      ...options,
      env: { ...store.environment, ...environment },
      ...(input !== undefined && { input }),
    });
  aws.json = async (parameters) => JSON.parse((await aws([...parameters, '--output', 'json'])) || '{}');
  aws.refused = async (parameters) => {
    const { status, stdout, stderr } = await finishProgram(program, whole(parameters), options);
    if (status === 0) throw new Error(`aws ${parameters.join(' ')} should have been refused:\n${stdout}`);
    return stderr;
  };
  return aws;
}

/** Debian's, which is of the generation without default checksums, and the one people have on their PATH. */
export const AWS_PROGRAMS = ['/usr/bin/aws', 'aws'];

/**
 * Why a command ends without having done its work, in a sentence for a person. Status 1: refused or failed; 2: wrong usage.
 */
export class Failure extends Error {
  readonly status: 1 | 2;

  constructor(message: string, options: { readonly status?: 1 | 2; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'Failure';
    this.status = options.status ?? 1;
  }
}

/** The command was called in a way that it does not understand: exit status 2. */
export function wrongUsage(message: string): Failure {
  return new Failure(message, { status: 2 });
}

/** The step between who is asking and what they may do: the terms that a URL was signed with. */
import { invalidArgument } from '@latchkey/s3/errors';
import type { Authenticated } from './pipeline.ts';

/**
 * Refuses a URL signed with a limit that this server does not enforce: a limit that is not understood must not be ignored.
 * Throws InvalidArgument that names the parameter.
 */
export function admit(request: Authenticated): void {
  for (const { name, value } of request.target.query) {
    if (name.length > PREFIX.length && name.slice(0, PREFIX.length).toLowerCase() === PREFIX)
      throw invalidArgument(`This server does not enforce the limit ${name}, so that it does not accept a URL with it.`, name, value);
  }
}

const PREFIX = 'x-latchkey-';

/** The step between who is asking and what they may do: the terms that came with the request. */
import { invalidArgument } from '@latchkey/s3/errors';
import type { Authenticated } from './pipeline.ts';

/**
 * Refuses a request with a limit that this server does not enforce, in its query, its headers or the fields of its form: a limit that is
 * not understood must not be ignored. Throws InvalidArgument that names it.
 */
export function admit(request: Authenticated): void {
  for (const { name, value } of request.target.query) refuseTerm(name, value);
  for (const [name, value] of request.headers) refuseTerm(name, value);
}

function refuseTerm(name: string, value: string): void {
  if (name.length <= PREFIX.length || name.slice(0, PREFIX.length).toLowerCase() !== PREFIX) return;
  throw invalidArgument(`This server does not enforce the limit ${name}, so that it does not accept a request with it.`, name, value);
}

const PREFIX = 'x-latchkey-';

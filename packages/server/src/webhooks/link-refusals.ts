import { S3Error } from '@latchkey/s3/errors';
import { Denial } from '../denial.ts';
import { linkOf } from '../identity/principals.ts';
import type { Log } from '../log.ts';
import type { Authenticated } from '../pipeline.ts';
import type { Events } from './events.ts';
import type { OnceAMinute } from './once-a-minute.ts';

/** Tells that a link was refused; resolves when that is on disk, `undefined` where nobody is to be told. Never rejects. */
export type TellRefusal = (request: Partial<Authenticated>, cause: unknown) => Promise<void> | undefined;

/**
 * Of one link and reason once a minute, so that nobody fills the queue of a webhook with a dead link. Who does not have a link's signature is not
 * told of: links are named to everybody.
 */
export function refusalTeller(events: Pick<Events, 'areTold' | 'tell'>, isToTell: OnceAMinute, log: Log): TellRefusal {
  return (request, cause) => {
    const link = request.principal && linkOf(request.principal);
    if (link === undefined || link.upload !== undefined || events.areTold('link.refused') === false) return undefined;
    if (!(cause instanceof S3Error) || !isRefusal(cause)) return undefined;
    const check = checkOf(cause);
    const refusal = { code: cause.code, message: cause.message, check };
    const told = isToTell(`refused ${link.id} ${cause.code} ${check ?? ''}`);
    if (told === false) return undefined;
    return Promise.resolve(told)
      .then((isFirst) =>
        isFirst ? events.tell([{ type: 'link.refused', link, more: { refusal }, incoming: request as Authenticated }]) : undefined,
      )
      .catch((error: unknown) =>
        log.error('a refusal could not be told', { cause: error instanceof Error ? error.message : String(error) }),
      );
  };
}

/** By its terms, its maker's permissions or its end; not for want of an object. */
function isRefusal(error: S3Error): boolean {
  return error.status === 403 || error.code === 'EntityTooLarge' || error.code === 'EntityTooSmall' || checkOf(error) !== undefined;
}

function checkOf({ cause }: S3Error): string | undefined {
  return cause instanceof Denial ? cause.check : undefined;
}

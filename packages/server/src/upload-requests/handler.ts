/**
 * Pages of upload requests, on the console address, and what their script or a program calls:
 *
 *     GET  /r/TOKEN                   the page
 *     POST /r/TOKEN                   a password, as a form
 *     POST /r/TOKEN/files             announces a file; the answer says what to send where
 *     POST /r/TOKEN/files/ID/send     the same once more; of a file in parts, URLs for those that are named
 *     POST /r/TOKEN/files/ID/finish   all of it was sent
 *     POST /r/TOKEN/files/ID/abort    it is given up
 *     POST /r/TOKEN/mine              what the caller has delivered and begun, and how much more there may be
 */
import { S3Error } from '@latchkey/s3/errors';
import type { RecordStore } from '@latchkey/storage/record-store';
import { jsonBody } from '../api/json-body.ts';
import { jsonReply } from '../api/replies.ts';
import type { GuardrailStore } from '../guardrails/store.ts';
import { headerValue } from '../headers.ts';
import { guestBytes, guestForm } from '../landing/guest-form.ts';
import { isPassword } from '../landing/password.ts';
import { passwordTries } from '../landing/password-tries.ts';
import { refusedPasswordEvent } from '../landing/refused-password.ts';
import { isToken, tokenHash } from '../landing/token.ts';
import { isUnlocked, unlockingCookie } from '../landing/unlocked.ts';
import { latestWithPage } from '../links/link-guardrails.ts';
import type { Log } from '../log.ts';
import { languageOf } from '../pages/language.ts';
import { type DeadRequest, uploadWordsIn } from '../pages/upload-words.ts';
import { refuseDoubtfulFraming } from '../parse.ts';
import type { Incoming, Reply, Site, Stores } from '../pipeline.ts';
import { logFailure } from '../respond.ts';
import type { Siblings } from '../siblings.ts';
import { refuseImpossible } from './as-its-use.ts';
import { linkOfRequest } from './as-link.ts';
import { left, readCounts } from './counts.ts';
import { delivererCookie, delivererHash, delivererIn, isDeliverer, newDeliverer } from './deliverer.ts';
import type { Deliveries, Guest, OwnFile } from './deliveries.ts';
import { signedForm } from './form-upload.ts';
import { announcedFile, type GuestFields, guestFields, noMore, partsToSend, shownDelivery, shownFile } from './guest-calls.ts';
import { deadOf, GuestRefusal, problemOf } from './guest-problem.ts';
import { expandTemplate } from './key-template.ts';
import { UPLOAD_PAGE, UPLOAD_REQUEST, type UploadRequest } from './model.ts';
import { allowsForm } from './request-guardrails.ts';
import { closedPage, uploadPage, uploadPasswordPage } from './upload-page.ts';

export type UploadHandlerOptions = {
  readonly records: RecordStore;
  readonly stores: Pick<Stores, 'identities' | 'objects' | 'access' | 'revocations' | 'trail'> & { readonly guardrails: GuardrailStore };
  readonly deliveries: Deliveries;
  readonly siblings: Pick<Siblings, 'tries'>;
  readonly site: Site;
  readonly log: Log;
  /** The URL of the console address as people reach it, without a slash at the end. */
  readonly consoleUrl: () => string;
};

export const isUploadPage = (rawTarget: string): boolean => rawTarget.startsWith('/r/');

/** Answers requests below `/r/`; never rejects. */
export function uploadHandler(options: UploadHandlerOptions): (incoming: Incoming) => Promise<Reply> {
  const { records, stores, deliveries, site, log, consoleUrl } = options;
  const { sealer } = stores.identities;
  const tries = passwordTries(options.siblings.tries);

  return async (incoming) => {
    const [path = '', query = ''] = incoming.rawTarget.split('?', 2);
    const [, token = '', rest = ''] = /^\/r\/([^/]*)(\/.*)?$/.exec(path) ?? [];
    try {
      refuseDoubtfulFraming(incoming.headers);
      const request = await requestBehind(token);
      if (rest !== '') return await call(request, `/r/${token}`, rest, incoming);
      if (request === undefined) return closed(incoming, 'unknown', 404);
      return await page(request, `/r/${token}`, query, incoming);
    } catch (cause) {
      return rest === '' ? refusedPage(cause, incoming) : refusedCall(cause, incoming);
    }
  };

  async function requestBehind(token: string): Promise<UploadRequest | undefined> {
    if (!isToken(token)) return undefined;
    const found = await records.get(UPLOAD_PAGE, tokenHash(token));
    const id = (found?.value as { readonly request: string } | undefined)?.request;
    const request = id === undefined ? undefined : ((await records.get(UPLOAD_REQUEST, id))?.value as unknown as UploadRequest | undefined);
    return request?.landing.tokenHash === tokenHash(token) ? request : undefined;
  }

  async function page(request: UploadRequest, path: string, query: string, incoming: Incoming): Promise<Reply> {
    switch (incoming.method) {
      case 'GET':
      case 'HEAD':
        // The S3 address adds where it has stored the file, which is nobody's business.
        if (query.startsWith('received&')) return { status: 303, headers: ['Location', `${path}?received`, ...NOT_KEPT] };
        return isLocked(request, incoming) ? lockedPage(request, path, incoming) : show(request, path, query === 'received', incoming);
      case 'POST':
        return unlock(request, path, incoming);
      default:
        return closed(incoming, 'invalid', 405, [], ['Allow', 'GET, HEAD, POST']);
    }
  }

  async function show(request: UploadRequest, path: string, isReceived: boolean, incoming: Incoming): Promise<Reply> {
    const known = delivererIn(headerValue(incoming.headers, 'cookie'));
    const deliverer = known ?? newDeliverer();
    const cookie = known === undefined ? ['Set-Cookie', delivererCookie(deliverer, { path, isSecure: isSecure(incoming) })] : [];
    const guest: Guest = { incoming, deliverer: delivererHash(request.id, deliverer) };
    const dead = await deadNow(request, incoming);
    const files = known === undefined ? [] : await deliveries.mine(request, guest);
    if (dead !== undefined) return closed(incoming, dead.why, dead.status, files);
    await deliveries.recover(request.id);
    const room = left(request, await readCounts(records, request.id));
    const isFull = room.files === 0 || room.bytes === 0;
    if (isFull && files.every(({ delivery }) => delivery.status === 'delivered')) return closed(incoming, 'full', 410, files);
    const signing = { sealer, region: site.region, now: site.now() };
    const form = signedForm(request, signing, { deliverer: guest.deliverer, back: `${consoleUrl()}${path}?received` });
    return uploadPage({
      request,
      left: room,
      endsAt: Math.min(request.terms.expiresAt, await latestWithPage(linkOfRequest(request), stores.guardrails, 'write')),
      form: (await allowsForm(request, stores.guardrails)) ? form : undefined,
      objectOrigin: new URL(form.url).origin,
      files,
      isReceived,
      path,
      language: languageIn(incoming),
      headers: cookie,
    });
  }

  /** Why nothing could be delivered now, whatever it were. */
  async function deadNow(request: UploadRequest, incoming: Incoming): Promise<{ why: DeadRequest; status: number } | undefined> {
    if (request.status === 'closed') return { why: 'closed', status: 410 };
    const key = request.keyPrefix + expandTemplate(request.keyTemplate, { name: 'file', now: site.now() });
    const type = request.terms.contentTypes?.[0]?.replace('*', 'x') ?? 'application/octet-stream';
    try {
      await refuseImpossible(request, { key, type, sizeBytes: 1 }, incoming, { stores, site });
      return undefined;
    } catch (error) {
      const why = error instanceof S3Error ? deadOf(error) : undefined;
      if (why === undefined || why === 'failed') throw error;
      return { why, status: STATUS[why] ?? 403 };
    }
  }

  async function lockedPage(request: UploadRequest, path: string, incoming: Incoming): Promise<Reply> {
    const dead = await deadNow(request, incoming);
    if (dead !== undefined) return closed(incoming, dead.why, dead.status);
    return uploadPasswordPage({ path, language: languageIn(incoming), status: 200 });
  }

  async function unlock(request: UploadRequest, path: string, incoming: Incoming): Promise<Reply> {
    refuseOtherOrigins(incoming);
    const form = await guestForm(incoming.body);
    if (request.landing.password === undefined) return { status: 303, headers: ['Location', path, ...NOT_KEPT] };
    const tried = await triedPassword(request, form.get('password') ?? '', incoming);
    if (tried !== undefined) {
      const problem = tried.status === 429 ? 'tooManyTries' : 'wrongPassword';
      return uploadPasswordPage({ path, language: languageIn(incoming), status: tried.status, problem, headers: tried.headers });
    }
    const cookie = unlockingCookie(request, { path, isSecure: isSecure(incoming), now: site.now() }, sealer);
    return { status: 303, headers: ['Location', path, 'Set-Cookie', cookie, ...NOT_KEPT] };
  }

  /** `undefined` where it is right. */
  async function triedPassword(request: UploadRequest, password: string, incoming: Incoming): Promise<GuestRefusal | undefined> {
    const hash = request.landing.password;
    const tried = hash === undefined ? 'right' : await tries.attempt(request.id, incoming.peer.address, () => isPassword(password, hash));
    if (tried === 'right') return undefined;
    const status = tried === 'wrong' ? 403 : 429;
    const { id, bucket } = request;
    stores.trail.record(refusedPasswordEvent({ id, bucket }, incoming, { status, endedAt: site.now() }), 'soon');
    if (tried === 'wrong') return new GuestRefusal('wrong-password', status);
    return new GuestRefusal('too-many-tries', status, ['Retry-After', String(tried.waitSeconds)]);
  }

  async function call(request: UploadRequest | undefined, path: string, rest: string, incoming: Incoming): Promise<Reply> {
    if (request === undefined) throw new GuestRefusal('unknown-file', 404);
    if (incoming.method !== 'POST') throw new GuestRefusal('invalid', 405, ['Allow', 'POST']);
    refuseOtherOrigins(incoming);
    const body = jsonBody(incoming.headers, await guestBytes(incoming.body));
    const fields = guestFields(body);
    await refuseLocked(request, fields, incoming);
    const { guest, deliverer, headers } = guestOf(request, path, fields, incoming);
    const [, of = '', id = '', verb = ''] = rest.split('/');
    const answer = (status: number, value: object) => jsonReply(status, { ...value, deliverer }, { headers });
    switch (`${of}/${id === '' ? '' : '*'}/${verb}`) {
      case 'mine//': {
        noMore(body);
        const files = (await deliveries.mine(request, guest)).map(shownFile);
        return answer(200, { files, left: left(request, await readCounts(records, request.id)) });
      }
      case 'files//': {
        const file = announcedFile(body);
        refuseClosed(request);
        const { delivery, send } = await deliveries.announce(request, file, guest);
        return answer(201, shownDelivery(delivery, send));
      }
      case 'files/*/send': {
        const parts = partsToSend(body);
        refuseClosed(request);
        const delivery = await deliveries.own(request, id, guest);
        return answer(200, shownDelivery(delivery, await deliveries.send(delivery, request, parts)));
      }
      case 'files/*/finish':
        noMore(body);
        return answer(200, shownDelivery(await deliveries.finish(await deliveries.own(request, id, guest), request, guest)));
      case 'files/*/abort':
        noMore(body);
        await deliveries.abort(await deliveries.own(request, id, guest));
        return { status: 204, headers: [...NOT_KEPT, ...headers] };
      default:
        throw new GuestRefusal('invalid', 404);
    }
  }

  async function refuseLocked(request: UploadRequest, { password }: GuestFields, incoming: Incoming): Promise<void> {
    if (!isLocked(request, incoming)) return;
    if (password === undefined) throw new GuestRefusal('locked', 403);
    const refused = await triedPassword(request, password, incoming);
    if (refused !== undefined) throw refused;
  }

  function guestOf(request: UploadRequest, path: string, { deliverer: told }: GuestFields, incoming: Incoming) {
    if (told !== undefined && !isDeliverer(told)) throw new GuestRefusal('invalid', 400);
    const known = told ?? delivererIn(headerValue(incoming.headers, 'cookie'));
    const deliverer = known ?? newDeliverer();
    const headers = known === undefined ? ['Set-Cookie', delivererCookie(deliverer, { path, isSecure: isSecure(incoming) })] : [];
    return { guest: { incoming, deliverer: delivererHash(request.id, deliverer) }, deliverer, headers };
  }

  function isLocked(request: UploadRequest, { headers }: Incoming): boolean {
    return request.landing.password !== undefined && !isUnlocked(request, headerValue(headers, 'cookie'), site.now(), sealer);
  }

  function isSecure({ peer }: Incoming): boolean {
    return peer.secure || consoleUrl().startsWith('https:');
  }

  /** Browsers say where a request comes from; programs that say nothing keep no cookies for others to use. */
  function refuseOtherOrigins({ headers }: Incoming): void {
    const site = headerValue(headers, 'sec-fetch-site');
    const origin = headerValue(headers, 'origin');
    const isOwn = site === undefined ? origin === undefined || isOwnOrigin(origin, headers) : site === 'same-origin' || site === 'none';
    if (!isOwn) throw new GuestRefusal('invalid', 403);
  }

  function isOwnOrigin(origin: string, headers: Incoming['headers']): boolean {
    return (
      site.isConsoleOrigin(origin, headerValue(headers, 'host')) || origin.replace(/^https?:\/\//, '') === headerValue(headers, 'host')
    );
  }

  function refusedPage(cause: unknown, incoming: Incoming): Reply {
    if (cause instanceof GuestRefusal) return closed(incoming, 'invalid', cause.status, [], cause.headers);
    const error = cause instanceof S3Error ? cause : new S3Error('InternalError', { cause });
    if (error.status >= 500) logFailure(error, incoming, log);
    return closed(incoming, error.status === 503 ? 'busy' : error.status < 500 ? 'invalid' : 'failed', error.status);
  }

  function refusedCall(cause: unknown, incoming: Incoming): Reply {
    const { problem, status, headers } = refusalOf(cause, incoming);
    const message = uploadWordsIn(languageIn(incoming)).problems[problem];
    return jsonReply(status, { code: problem, message, requestId: incoming.requestId }, { headers });
  }

  function refusalOf(cause: unknown, incoming: Incoming): Pick<GuestRefusal, 'problem' | 'status' | 'headers'> {
    if (cause instanceof GuestRefusal) return cause;
    const error = cause instanceof S3Error ? cause : new S3Error('InternalError', { cause });
    if (error.status >= 500) logFailure(error, incoming, log);
    return { problem: problemOf(error), status: error.status, headers: error.status === 503 ? ['Retry-After', '1'] : [] };
  }
}

const STATUS: Readonly<Partial<Record<DeadRequest, number>>> = { closed: 410, expired: 410, gone: 404, busy: 503 };

const NOT_KEPT = ['Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer', 'X-Robots-Tag', 'noindex, nofollow'] as const;

const languageIn = ({ headers }: Incoming) => languageOf(headerValue(headers, 'accept-language'));

function refuseClosed({ status }: UploadRequest): void {
  if (status === 'closed') throw new GuestRefusal('closed', 410);
}

function closed(
  incoming: Incoming,
  why: DeadRequest,
  status: number,
  files: readonly OwnFile[] = [],
  headers: readonly string[] = [],
): Reply {
  return closedPage({ why, status, files, requestId: incoming.requestId, language: languageIn(incoming), headers });
}

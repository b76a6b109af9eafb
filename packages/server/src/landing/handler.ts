/**
 * Pages of links, on the console address:
 *
 *     GET  /l/TOKEN            the page
 *     GET  /l/TOKEN?file=KEY   straight to one object of a folder
 *     GET  /l/TOKEN?download   straight to the object, or to a folder's archive, unless it is counted or asks for a password
 *     POST /l/TOKEN            a password, or `action=download`, or both
 *     POST /l/TOKEN/url        a URL to show the object with, as JSON: for the player
 */
import { S3Error } from '@latchkey/s3/errors';
import { SigningOptionError } from '@latchkey/sigv4/signing-option-error';
import type { RecordStore } from '@latchkey/storage/record-store';
import type { GuardrailStore } from '../guardrails/store.ts';
import { headerValue } from '../headers.ts';
import type { Sealer } from '../identity/sealing.ts';
import { latestWithPage } from '../links/link-guardrails.ts';
import { captionsKey, isForKey } from '../links/link-keys.ts';
import { LANDING, LINK, type Link } from '../links/model.ts';
import type { Log } from '../log.ts';
import { deadPage } from '../pages/dead-page.ts';
import { languageOf } from '../pages/language.ts';
import type { DeadReason } from '../pages/words.ts';
import { refuseDoubtfulFraming } from '../parse.ts';
import type { Incoming, Reply, Site, Stores } from '../pipeline.ts';
import { logFailure } from '../respond.ts';
import type { Siblings } from '../siblings.ts';
import { chosenPage, FILES_PER_PAGE, folderPage } from './folder.ts';
import { folderView } from './folder-view.ts';
import { guestForm } from './guest-form.ts';
import { type InnerTarget, type InnerUrl, innerUrl } from './inner-url.ts';
import { isPlayed, openPage, passwordPage } from './landing-page.ts';
import { deadByRecord, type LandingState, landingState, type StateContext } from './landing-state.ts';
import { isPassword } from './password.ts';
import { passwordTries } from './password-tries.ts';
import { refusedPasswordEvent } from './refused-password.ts';
import { isToken, tokenHash } from './token.ts';
import { isUnlocked, unlockingCookie } from './unlocked.ts';

export type LandingOptions = {
  readonly records: RecordStore;
  readonly uses: Stores['uses'];
  readonly revocations: Stores['revocations'];
  readonly guardrails: GuardrailStore;
  readonly sealer: Sealer;
  readonly trail: Pick<Stores['trail'], 'record'>;
  readonly events: Pick<Stores['events'], 'areTold' | 'tell'>;
  readonly siblings: Pick<Siblings, 'tries' | 'isToTell'>;
  readonly site: Site;
  readonly log: Log;
  /** Of the console address, where a proxy shows it under another one. */
  readonly publicConsoleUrl: string | undefined;
  /** Answers a request to the S3 address. */
  readonly ask: StateContext['ask'];
};

export const isLanding = (rawTarget: string): boolean => rawTarget.startsWith('/l/');

/** Answers requests below `/l/`; never rejects. */
export function landingHandler(options: LandingOptions): (incoming: Incoming) => Promise<Reply> {
  const { records, sealer, site, log, trail, events } = options;
  const context: StateContext = { ...options, now: site.now };
  const tries = passwordTries(options.siblings.tries);
  const { isToTell } = options.siblings;

  return async (incoming) => {
    try {
      return await answer(incoming);
    } catch (cause) {
      // A key that no URL can hold, which nobody but the guest has named: the link's own was signed when it was made.
      if (cause instanceof SigningOptionError) return dead(incoming, 404, 'gone');
      const error = cause instanceof S3Error ? cause : new S3Error('InternalError', { cause });
      if (error.status >= 500) logFailure(error, incoming, log);
      return dead(incoming, error.status, error.status === 503 ? 'busy' : error.status < 500 ? 'invalid' : 'failed');
    }
  };

  async function answer(incoming: Incoming): Promise<Reply> {
    refuseDoubtfulFraming(incoming.headers);
    const [path = '', query = ''] = incoming.rawTarget.split('?', 2);
    const [, token = '', rest = ''] = /^\/l\/([^/]*)(\/url)?$/.exec(path) ?? [];
    const link = await linkBehind(token);
    if (link === undefined) return dead(incoming, 404, 'unknown');
    const page = `/l/${token}`;
    switch (incoming.method) {
      case 'GET':
      case 'HEAD':
        if (rest !== '') return notAllowed(incoming, 'POST');
        return query === 'download' || query.startsWith('file=')
          ? shortcut(link, page, query, incoming)
          : opened(link, incoming, await show(link, page, query, incoming));
      case 'POST':
        return rest === '' ? submitted(link, page, incoming) : playerUrl(link, incoming);
      default:
        return notAllowed(incoming, rest === '' ? 'GET, HEAD, POST' : 'POST');
    }
  }

  /** The page was shown, and not the question for a password. */
  async function opened(link: Link, incoming: Incoming, reply: Reply): Promise<Reply> {
    if (incoming.method !== 'GET' || reply.status !== 200 || isLocked(link, incoming)) return reply;
    if ((await events.areTold('link.opened')) && (await isToTell(`opened ${link.id} ${incoming.peer.address}`)))
      await events.tell([{ type: 'link.opened', link, incoming }]);
    return reply;
  }

  async function linkBehind(token: string): Promise<Link | undefined> {
    if (!isToken(token)) return undefined;
    const landing = await records.get(LANDING, tokenHash(token));
    const id = (landing?.value as { readonly link: string } | undefined)?.link;
    const link = id === undefined ? undefined : ((await records.get(LINK, id))?.value as unknown as Link | undefined);
    return link?.landing?.tokenHash === tokenHash(token) ? link : undefined;
  }

  async function show(link: Link, path: string, query: string, incoming: Incoming): Promise<Reply> {
    if (isLocked(link, incoming)) return locked(link, path, incoming);
    if (link.key === undefined) return showFolder(link, path, query, incoming);
    const inner = mint(link, { use: 'show', key: link.key });
    const state = await landingState(link, inner.url, incoming, context);
    if (state.kind === 'dead') return deadOf(state, incoming);
    const preview = link.terms.maxUses === undefined ? inner : undefined;
    const captions = isPlayed(state.type) ? await captionsOf(link, incoming) : undefined;
    const objectOrigins = originsOf(inner.url);
    return openPage({ link, state, path, language: languageIn(incoming), preview, captions, objectOrigins, now: site.now() });
  }

  async function captionsOf(link: Link, incoming: Incoming): Promise<InnerUrl | undefined> {
    const key = captionsKey(link);
    const inner = key === undefined ? undefined : mint(link, { use: 'show', key });
    const state = inner && (await landingState(link, inner.url, incoming, context));
    return state?.kind === 'open' && state.sizeBytes <= MOST_CAPTIONS_BYTES ? inner : undefined;
  }

  async function showFolder(link: Link, path: string, query: string, incoming: Incoming): Promise<Reply> {
    const after = new URLSearchParams(query).get('after') ?? undefined;
    const folder = await filesOf(link, { after, limit: FILES_PER_PAGE }, incoming);
    if (folder.kind === 'dead') return deadOf(folder, incoming);
    const { maxUses, expiresAt } = link.terms;
    const usesLeft = maxUses === undefined ? undefined : maxUses - (await context.uses.used(link.id));
    const endsAt = Math.min(expiresAt, await latestWithPage(link, context.guardrails));
    return folderView({
      link,
      folder,
      usesLeft,
      endsAt,
      path,
      language: languageIn(incoming),
      objectOrigins: originsOf(mint(link, { use: 'zip' }).url),
    });
  }

  /** What may be told without the password: that there is one, or that the link is over. */
  async function locked(link: Link, path: string, incoming: Incoming): Promise<Reply> {
    const state = await deadByRecord(link, incoming, context);
    if (state?.kind === 'dead') return deadOf(state, incoming);
    return passwordPage({ path, language: languageIn(incoming), status: 200 });
  }

  async function shortcut(link: Link, path: string, query: string, incoming: Incoming): Promise<Reply> {
    if (isLocked(link, incoming)) return locked(link, path, incoming);
    if (link.terms.maxUses !== undefined) return dead(incoming, 405, 'use-button', ['Allow', 'POST']);
    const file = new URLSearchParams(query).get('file');
    if (file === null) return toObject(link, incoming, 302);
    return link.key === undefined && isForKey(link, file) ? toFile(link, file, incoming, 302) : dead(incoming, 404, 'gone');
  }

  async function submitted(link: Link, path: string, incoming: Incoming): Promise<Reply> {
    const form = await guestForm(incoming.body);
    const wantsObject = form.get('action') === 'download';
    if (isLocked(link, incoming)) {
      const refused = await refusedPassword(link, form.get('password') ?? '', path, incoming);
      if (refused !== undefined) return refused;
      if (!wantsObject) {
        const cookie = unlockingCookie(
          link,
          { path, isSecure: incoming.peer.secure || options.publicConsoleUrl?.startsWith('https:') === true, now: site.now() },
          sealer,
        );
        return { status: 303, headers: ['Location', path, 'Set-Cookie', cookie, ...NOT_KEPT] };
      }
    }
    return wantsObject ? toObject(link, incoming, 303) : { status: 303, headers: ['Location', path, ...NOT_KEPT] };
  }

  /** `undefined` where it is right. */
  async function refusedPassword(link: Link, password: string, path: string, incoming: Incoming): Promise<Reply | undefined> {
    const state = await deadByRecord(link, incoming, context);
    if (state?.kind === 'dead') return deadOf(state, incoming);
    const language = languageIn(incoming);
    const again = (status: number, problem: 'wrongPassword' | 'tooManyTries', headers: readonly string[] = []) =>
      passwordPage({ path, language, status, problem, headers });
    const known = link.landing?.password;
    if (known === undefined) return undefined;
    if (password === '') return again(403, 'wrongPassword');
    const tried = await tries.attempt(link.id, incoming.peer.address, () => isPassword(password, known));
    if (tried === 'right') return undefined;
    const status = tried === 'wrong' ? 403 : 429;
    trail.record(refusedPasswordEvent(link, incoming, { status, endedAt: site.now() }), 'soon');
    return tried === 'wrong' ? again(status, 'wrongPassword') : again(status, 'tooManyTries', ['Retry-After', String(tried.waitSeconds)]);
  }

  async function toObject(link: Link, incoming: Incoming, status: 302 | 303): Promise<Reply> {
    return link.key === undefined ? toArchive(link, incoming, status) : toFile(link, link.key, incoming, status);
  }

  async function toFile(link: Link, key: string, incoming: Incoming, status: 302 | 303): Promise<Reply> {
    const inner = mint(link, { use: 'save', key });
    const state = await landingState(link, inner.url, incoming, context);
    return state.kind === 'dead' ? deadOf(state, incoming) : { status, headers: ['Location', inner.url, ...NOT_KEPT] };
  }

  async function toArchive(link: Link, incoming: Incoming, status: 302 | 303): Promise<Reply> {
    const folder = await filesOf(link, { after: undefined, limit: 1 }, incoming);
    return folder.kind === 'dead'
      ? deadOf(folder, incoming)
      : { status, headers: ['Location', mint(link, { use: 'zip' }).url, ...NOT_KEPT] };
  }

  function filesOf(link: Link, page: { readonly after: string | undefined; readonly limit: number }, incoming: Incoming) {
    if (link.keys === undefined) return folderPage(link, mint(link, { use: 'list', ...page }).url, incoming, context);
    return chosenPage(link, page, (key) => mint(link, { use: 'show', key }).url, incoming, context);
  }

  /** Of the S3 address, as the link's guests reach it. */
  /** The S3 address, and wherever it may redirect to. */
  function originsOf(url: string): string {
    const { origin } = new URL(url);
    return site.directSources === undefined ? origin : `${origin} ${site.directSources}`;
  }

  async function playerUrl(link: Link, incoming: Incoming): Promise<Reply> {
    await guestForm(incoming.body);
    if (link.key === undefined) return { status: 403, headers: [...NOT_KEPT] };
    const inner = mint(link, { use: 'show', key: link.key });
    const isOpen = !isLocked(link, incoming) && link.terms.maxUses === undefined;
    const state = isOpen ? await landingState(link, inner.url, incoming, context) : undefined;
    if (state?.kind !== 'open') return { status: 403, headers: [...NOT_KEPT] };
    const seconds = Math.floor((inner.expiresAt - site.now()) / 1000);
    return {
      status: 200,
      headers: ['Content-Type', 'application/json', ...NOT_KEPT],
      body: Buffer.from(JSON.stringify({ url: inner.url, seconds })),
    };
  }

  function isLocked(link: Link, { headers }: Incoming): boolean {
    return link.landing?.password !== undefined && !isUnlocked(link, headerValue(headers, 'cookie'), site.now(), sealer);
  }

  function mint(link: Link, target: InnerTarget): InnerUrl {
    return innerUrl(link, target, sealer.open(link.secret, `link/${link.id}`), { region: site.region, now: site.now() });
  }
}

const MOST_CAPTIONS_BYTES = 2 * 1024 * 1024;

const NOT_KEPT = ['Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer', 'X-Robots-Tag', 'noindex, nofollow'] as const;

const languageIn = ({ headers }: Incoming) => languageOf(headerValue(headers, 'accept-language'));

function deadOf({ status, why }: Extract<LandingState, { kind: 'dead' }>, incoming: Incoming): Reply {
  return dead(incoming, status, why);
}

function dead(incoming: Incoming, status: number, why: DeadReason, headers?: readonly string[]): Reply {
  const { requestId } = incoming;
  return deadPage({ status, why, requestId, acceptLanguage: headerValue(incoming.headers, 'accept-language'), headers });
}

const notAllowed = (incoming: Incoming, allow: string): Reply => dead(incoming, 405, 'invalid', ['Allow', allow]);

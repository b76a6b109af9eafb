/** A link that somebody is about to make: what they have chosen so far, how long it will really live, and what is sent for it. */
import type { KindLimits, LinkKind, LinkLimits } from './limits.ts';
import { isFolder, isMany, lastPart, type ShareSubject } from './subject.ts';

/** Fields as they stand on the screen. */
export type ShareDraft = {
  readonly action: 'download' | 'upload';
  /** `undefined`: whichever suits the limits. */
  readonly way: Way | undefined;
  readonly amount: string;
  readonly unit: Unit;
  /** Of a download or a delivery by URL: how often; of a page to upload through: how many files. */
  readonly maxUses: string;
  /** From when on it works: a time as the fields of browsers have it, in the viewer's zone. */
  readonly notBefore: string;
  readonly addresses: string;
  readonly password: string;
  readonly downloadName: string;
  readonly disposition: 'as-is' | 'attachment' | 'inline';
  readonly label: string;
  readonly note: string;
  /** In kB a second. */
  readonly speed: string;
  /** Of a file that is uploaded, in MB. */
  readonly maxSize: string;
  readonly contentTypes: string;
  readonly noOverwrite: boolean;
  /** Of an upload into a folder by URL: what the file will be called. */
  readonly fileName: string;
};

/** By a page for people, by a plain URL, or by an HTML form. */
export type Way = 'page' | 'url' | 'form';

export type Unit = 'minutes' | 'hours' | 'days';

export const UNITS: Readonly<Record<Unit, { readonly seconds: number; readonly most: number }>> = {
  minutes: { seconds: 60, most: 720 },
  hours: { seconds: 3600, most: 720 },
  days: { seconds: 86_400, most: 366 },
};

export const PRESETS: readonly { readonly amount: string; readonly unit: Unit }[] = [
  { amount: '5', unit: 'minutes' },
  { amount: '1', unit: 'hours' },
  { amount: '12', unit: 'hours' },
  { amount: '1', unit: 'days' },
  { amount: '7', unit: 'days' },
];

/** An hour; a week for a page where others deliver, who have something else to do first. */
export function newDraft(action: ShareDraft['action'], isRequest = false): ShareDraft {
  return {
    action,
    way: undefined,
    ...(isRequest ? { amount: '7', unit: 'days' } : { amount: '1', unit: 'hours' }),
    maxUses: '',
    notBefore: '',
    addresses: '',
    password: '',
    downloadName: '',
    disposition: 'as-is',
    label: '',
    note: '',
    speed: '',
    maxSize: '',
    contentTypes: '',
    noOverwrite: false,
    fileName: '',
  };
}

const SIGNED_SECONDS = 7 * 86_400;

/** The ways that there are for what is shared, the most usual first. */
export function waysOf(subject: ShareSubject, action: ShareDraft['action']): readonly Way[] {
  if (action === 'upload') return isFolder(subject) ? ['page', 'form', 'url'] : ['url', 'form'];
  return isMany(subject) ? ['page'] : ['url', 'page'];
}

/**
 * What the link will be. A page where nobody has chosen and the limits want one: a password and a life beyond seven days need it, and what is
 * counted should not be used up by the preview of a messenger.
 */
export function wayOf(subject: ShareSubject, draft: ShareDraft): Way {
  const ways = waysOf(subject, draft.action);
  const first = ways[0] ?? 'url';
  if (draft.way !== undefined && ways.includes(draft.way)) return draft.way;
  if (draft.action === 'upload' || !ways.includes('page')) return first;
  const wantsPage = draft.password !== '' || draft.maxUses.trim() !== '' || (wantedSeconds(draft) ?? 0) > SIGNED_SECONDS;
  return wantsPage ? 'page' : first;
}

export function kindOf(subject: ShareSubject, draft: ShareDraft): LinkKind {
  const way = wayOf(subject, draft);
  if (draft.action === 'download') return way === 'page' ? 'page' : 'read';
  return way === 'page' ? 'request' : way === 'form' ? 'form' : 'write';
}

/** What the field says; `undefined` for what is no length of time. */
export function wantedSeconds({ amount, unit }: Pick<ShareDraft, 'amount' | 'unit'>): number | undefined {
  const { seconds, most } = UNITS[unit];
  const number = Number(amount.trim().replace(',', '.'));
  if (amount.trim() === '' || !(number > 0) || number > most) return undefined;
  return Math.max(1, Math.round(number * seconds));
}

export type Life = {
  readonly seconds: number;
  /** Why it is shorter than was wanted. */
  readonly because?: 'guardrail' | 'signature' | undefined;
};

/** How long the link will work; `undefined` where what is wanted is no length of time. */
export function lifeOf(subject: ShareSubject, draft: ShareDraft, limits: LinkLimits): Life | undefined {
  const wanted = wantedSeconds(draft);
  if (wanted === undefined) return undefined;
  const { longestSeconds, isGuardrail } = limits[kindOf(subject, draft)];
  if (wanted <= longestSeconds) return { seconds: wanted };
  return { seconds: longestSeconds, because: isGuardrail ? 'guardrail' : 'signature' };
}

export type DraftField =
  | 'amount'
  | 'maxUses'
  | 'notBefore'
  | 'addresses'
  | 'password'
  | 'speed'
  | 'maxSize'
  | 'contentTypes'
  | 'noOverwrite'
  | 'fileName';

/** What is wrong, by the field that it is about. */
export type DraftProblems = Readonly<
  Partial<Record<DraftField, 'amount' | 'whole-number' | 'number' | 'needed' | 'required' | 'no-page' | 'over-before'>>
>;

const TERM_FIELDS: Readonly<Record<string, DraftField>> = {
  'max-uses': 'maxUses',
  'source-ip': 'addresses',
  'max-size': 'maxSize',
  'content-types': 'contentTypes',
  'no-overwrite': 'noOverwrite',
};

/** `now` in milliseconds since the epoch. */
export function problemsIn(subject: ShareSubject, draft: ShareDraft, limits: KindLimits, now: number): DraftProblems {
  const way = wayOf(subject, draft);
  const needsName = draft.action === 'upload' && isFolder(subject) && way === 'url' && draft.fileName.trim() === '';
  const livesUntil = now + 1000 * Math.min(wantedSeconds(draft) ?? Number.POSITIVE_INFINITY, limits.longestSeconds);
  const required = limits.requiredTerms.flatMap((term) => {
    const field = TERM_FIELDS[term];
    return field !== undefined && (draft[field as keyof ShareDraft] === '' || draft[field as keyof ShareDraft] === false) ? [field] : [];
  });
  return {
    ...(wantedSeconds(draft) === undefined && { amount: 'amount' }),
    ...(!isEmptyOr(draft.maxUses, (value) => Number.isInteger(value) && value >= 1) && { maxUses: 'whole-number' }),
    ...((beginningOf(draft) ?? 0) >= livesUntil && { notBefore: 'over-before' }),
    ...(!isEmptyOr(draft.speed, (value) => value >= 1) && { speed: 'number' }),
    ...(!isEmptyOr(draft.maxSize, (value) => value > 0) && { maxSize: 'number' }),
    ...(draft.password !== '' && draft.action === 'download' && way !== 'page' && { password: 'no-page' }),
    ...(needsName && { fileName: 'needed' }),
    ...Object.fromEntries(required.map((field) => [field, 'required'])),
  };
}

/** In milliseconds since the epoch; `undefined` where it works at once. */
function beginningOf({ notBefore }: Pick<ShareDraft, 'notBefore'>): number | undefined {
  const time = notBefore === '' ? Number.NaN : new Date(notBefore).getTime();
  return Number.isNaN(time) ? undefined : time;
}

function isEmptyOr(text: string, isRight: (value: number) => boolean): boolean {
  return text.trim() === '' || isRight(numberIn(text));
}

function numberIn(text: string): number {
  return Number(text.trim().replace(',', '.'));
}

/** What is sent for it: a link, or an upload request. */
export type Wanted = { readonly path: '/links' | '/requests'; readonly body: Readonly<Record<string, unknown>> };

export function wantedLink(subject: ShareSubject, draft: ShareDraft, limits: LinkLimits, endpoint: string | undefined): Wanted {
  const kind = kindOf(subject, draft);
  const beginning = beginningOf(draft);
  const shared = {
    bucket: subject.bucket,
    ...placeOf(subject, draft, kind),
    expiresIn: lifeOf(subject, draft, limits)?.seconds,
    notBefore: beginning === undefined ? undefined : new Date(beginning).toISOString(),
    sourceIp: listIn(draft.addresses),
    label: textIn(draft.label),
    note: textIn(draft.note),
    maxBytesPerSecond: scaled(draft.speed, 1000),
    password: kind === 'page' || kind === 'request' ? draft.password || undefined : undefined,
    endpoint,
  };
  switch (kind) {
    case 'read':
    case 'page':
      return wanted('/links', {
        ...shared,
        method: 'GET',
        landing: kind === 'page' || undefined,
        maxUses: scaled(draft.maxUses, 1),
        downloadName: isMany(subject) ? undefined : textIn(draft.downloadName),
        disposition: draft.disposition === 'as-is' ? undefined : draft.disposition,
      });
    case 'write':
    case 'form':
      return wanted('/links', {
        ...shared,
        ...uploadTerms(draft),
        method: kind === 'form' ? 'POST' : 'PUT',
        maxUses: scaled(draft.maxUses, 1),
      });
    case 'request':
      return wanted('/requests', { ...shared, ...uploadTerms(draft), maxFiles: scaled(draft.maxUses, 1) });
  }
}

function placeOf(subject: ShareSubject, { fileName }: ShareDraft, kind: LinkKind) {
  if ('key' in subject) return { key: subject.key };
  if ('keys' in subject) return { keys: subject.keys };
  return kind === 'write' ? { key: subject.keyPrefix + fileName.trim() } : { keyPrefix: subject.keyPrefix };
}

function uploadTerms({ maxSize, contentTypes, noOverwrite }: ShareDraft) {
  return {
    maxSize: scaled(maxSize, 1_000_000),
    contentTypes: listIn(contentTypes.toLowerCase()),
    noOverwrite: noOverwrite || undefined,
  };
}

function wanted(path: Wanted['path'], body: Readonly<Record<string, unknown>>): Wanted {
  return { path, body: Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) };
}

function scaled(text: string, factor: number): number | undefined {
  return text.trim() === '' ? undefined : Math.round(numberIn(text) * factor);
}

function textIn(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim();
}

/** Separated by commas, spaces or lines. */
export function listIn(text: string): readonly string[] | undefined {
  const items = text.split(/[\s,;]+/).filter((item) => item !== '');
  return items.length === 0 ? undefined : items;
}

/** What a file is saved as where nothing else was said. */
export function savedName(subject: ShareSubject, draft: Pick<ShareDraft, 'downloadName' | 'fileName'>): string {
  if ('key' in subject) return draft.downloadName.trim() || lastPart(subject.key);
  if ('keys' in subject) return 'files.zip';
  return draft.fileName.trim() || `${lastPart(subject.keyPrefix.replace(/\/$/, '')) || subject.bucket}.zip`;
}

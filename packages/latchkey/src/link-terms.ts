import { wrongUsage } from './failure.ts';
import type { Flags, Values } from './flags.ts';
import { parseSize } from './size.ts';
import { wholeNumber } from './whole-number.ts';

/** The flags that say what a link is limited to. */
export const termFlags = {
  'expires-in': { kind: 'text', value: 'TIME', help: 'Seconds, or 15m, 12h, 7d: how long it works from now (default 1h)' },
  'not-before': { kind: 'text', value: 'TIME', help: 'From when on it works, such as 2026-12-01T08:00:00Z' },
  uses: { kind: 'text', value: 'N', help: 'How many downloads, or uploads, it is good for' },
  from: { kind: 'text', many: true, value: 'CIDR', help: 'An address or network that may use it, such as 192.0.2.0/24' },
  'min-size': { kind: 'text', value: 'SIZE', help: 'The least an upload must have (PUT)' },
  'max-size': { kind: 'text', value: 'SIZE', help: 'The most an upload may have, such as 10MB (PUT)' },
  'content-types': { kind: 'text', value: 'TYPE,…', help: 'What an upload may be, such as image/*,application/pdf (PUT)' },
  'check-content': { kind: 'switch', help: 'Hold the first bytes of an upload against its type (PUT)' },
  'no-overwrite': { kind: 'switch', help: 'Refuse an upload where there is an object already (PUT)' },
  'download-as': { kind: 'text', value: 'NAME', help: 'The file name that browsers save a download under (GET)' },
  'max-rate': { kind: 'text', value: 'SIZE', help: 'The most bytes a second that all its transfers may take together' },
} as const satisfies Flags;

type TermValues = Values<typeof termFlags>;

const ONLY_FOR: Readonly<Partial<Record<keyof typeof termFlags, 'GET' | 'PUT'>>> = {
  'min-size': 'PUT',
  'max-size': 'PUT',
  'content-types': 'PUT',
  'check-content': 'PUT',
  'no-overwrite': 'PUT',
  'download-as': 'GET',
};

/** The terms as the JSON API takes them. Throws a `Failure` with status 2 for a flag that means nothing for the method. */
export function termsOf(values: TermValues, method: 'GET' | 'PUT'): Readonly<Record<string, unknown>> {
  for (const [name, only] of Object.entries(ONLY_FOR)) {
    if (values[name as keyof TermValues] !== undefined && only !== method)
      throw wrongUsage(`--${name} means nothing for ${method}; it is for ${only}.`);
  }
  const size = (name: 'min-size' | 'max-size' | 'max-rate') =>
    values[name] === undefined ? undefined : parseSize(values[name], `--${name}`);
  return {
    expiresIn: durationOf(values['expires-in']),
    notBefore: values['not-before'],
    maxUses: wholeNumber(values.uses, '--uses'),
    sourceIp: values.from,
    minSize: size('min-size'),
    maxSize: size('max-size'),
    contentTypes: values['content-types']?.split(',').map((type) => type.trim()),
    checksContent: values['check-content'],
    noOverwrite: values['no-overwrite'],
    downloadName: values['download-as'],
    maxBytesPerSecond: size('max-rate'),
  };
}

/** `3600` is a number of seconds; `15m` goes as it is. */
export function durationOf(text: string | undefined): string | number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}[smhd]?$/.test(text))
    throw wrongUsage(`--expires-in must be a number of seconds, or such as 15m, 12h or 7d, not "${text}".`);
  return /^\d+$/.test(text) ? Number(text) : text;
}

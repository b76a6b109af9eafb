/** Guardrails as the fields of a form, and as the document that the server keeps. */
export const KINDS = ['read', 'write', 'form'] as const;
type Kind = (typeof KINDS)[number];

export const TERMS = ['max-uses', 'source-ip', 'min-size', 'max-size', 'content-types', 'no-overwrite'] as const;
export type Term = (typeof TERMS)[number];

export type Guardrails = {
  readonly sigv2?: boolean;
  readonly presignedUrls?: boolean;
  readonly presignedForms?: boolean;
  readonly maxLifetimeSeconds?: Readonly<Partial<Record<Kind, number>>>;
  readonly pageLifetimeSeconds?: number;
  readonly requiredTerms?: Readonly<Partial<Record<Kind, readonly Term[]>>>;
};

/** Life spans as people write them: `15m`. */
export type GuardrailFields = {
  readonly sigv2: boolean;
  readonly presignedUrls: boolean;
  readonly presignedForms: boolean;
  readonly lifetimes: Readonly<Record<Kind, string>>;
  readonly page: string;
  readonly required: ReadonlySet<`${Kind}/${Term}`>;
};

export function fieldsOf(guardrails: Guardrails): GuardrailFields {
  const {
    sigv2 = true,
    presignedUrls = true,
    presignedForms = true,
    maxLifetimeSeconds = {},
    pageLifetimeSeconds,
    requiredTerms = {},
  } = guardrails;
  return {
    sigv2,
    presignedUrls,
    presignedForms,
    lifetimes: { read: spanOf(maxLifetimeSeconds.read), write: spanOf(maxLifetimeSeconds.write), form: spanOf(maxLifetimeSeconds.form) },
    page: spanOf(pageLifetimeSeconds),
    required: new Set(KINDS.flatMap((kind) => (requiredTerms[kind] ?? []).map((term) => `${kind}/${term}` as const))),
  };
}

/** What is not limited is not said. */
export function guardrailsOf({ sigv2, presignedUrls, presignedForms, lifetimes, page, required }: GuardrailFields): Guardrails {
  const lived = KINDS.flatMap((kind) => {
    const seconds = secondsOf(lifetimes[kind]);
    return seconds === undefined ? [] : [[kind, seconds] as const];
  });
  const asked = KINDS.flatMap((kind) => {
    const terms = TERMS.filter((term) => required.has(`${kind}/${term}`));
    return terms.length === 0 ? [] : [[kind, terms] as const];
  });
  const pageSeconds = secondsOf(page);
  return {
    ...(!sigv2 && { sigv2 }),
    ...(!presignedUrls && { presignedUrls }),
    ...(!presignedForms && { presignedForms }),
    ...(lived.length > 0 && { maxLifetimeSeconds: Object.fromEntries(lived) }),
    ...(pageSeconds !== undefined && { pageLifetimeSeconds: pageSeconds }),
    ...(asked.length > 0 && { requiredTerms: Object.fromEntries(asked) }),
  };
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Whether a field holds a length of time, or nothing. */
export function isSpan(text: string): boolean {
  return text.trim() === '' || /^[1-9]\d{0,6}[smhd]$/.test(text.trim());
}

function secondsOf(text: string): number | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : Number(trimmed.slice(0, -1)) * (SECONDS[trimmed.slice(-1)] ?? Number.NaN);
}

function spanOf(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  const unit = (['d', 'h', 'm'] as const).find((name) => seconds % (SECONDS[name] ?? 1) === 0) ?? 's';
  return `${seconds / (SECONDS[unit] ?? 1)}${unit}`;
}

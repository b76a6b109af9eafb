/** What is asked of the trail: kept in the address of the screen, and sent as the API wants it. */

const FILTER_NAMES = ['link', 'bucket', 'key', 'user', 'address', 'operation', 'result', 'since', 'from', 'until'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
export type AuditFilter = Readonly<Partial<Record<FilterName, string>>>;

export const AGES = { hour: '1h', day: '24h', week: '7d', month: '30d' } as const;

export function filterIn(query: Readonly<Record<string, string>>): AuditFilter {
  return Object.fromEntries(FILTER_NAMES.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
}

/** `from` and `until` are times as the fields of browsers have them, in the viewer's zone; they count where `since` is `custom`. */
export function askedFor({ since, from, until, ...others }: AuditFilter): Readonly<Record<string, string | undefined>> {
  const isCustom = since === 'custom';
  return {
    ...others,
    since: isCustom ? utc(from) : since,
    until: isCustom ? utc(until) : undefined,
  };
}

function utc(local: string | undefined): string | undefined {
  const time = local === undefined || local === '' ? Number.NaN : new Date(local).getTime();
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

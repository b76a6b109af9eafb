import { wrongUsage } from './failure.ts';

/** The id of a link: as it is, or out of its URL, where it is the access key id. Throws a `Failure` with status 2 for another text. */
export function linkIdOf(idOrUrl: string): string {
  if (isUrl(idOrUrl) && /\/l\/[\w-]{22}/.test(idOrUrl))
    throw wrongUsage('That is the address of a page. `latchkey link list` tells the id of its link; to revoke it takes the address, too.');
  const id = isUrl(idOrUrl) ? accessKeyIdOf(idOrUrl) : idOrUrl.trim();
  if (id !== undefined && /^LKLN[A-Z0-9]{16}$/.test(id)) return id;
  throw wrongUsage(`"${shortened(idOrUrl)}" is neither the id of a link, such as LKLNABCDEFGHIJ234567, nor the URL of one.`);
}

export function isUrl(text: string): boolean {
  return /^\s*https?:\/\//i.test(text);
}

function accessKeyIdOf(url: string): string | undefined {
  const query = url.slice(url.indexOf('?') + 1);
  return new URLSearchParams(query).get('X-Amz-Credential')?.split('/', 1)[0];
}

/** The rest of a URL is what makes it work. */
function shortened(text: string): string {
  return (text.split('?', 1)[0] ?? '').slice(0, 100);
}

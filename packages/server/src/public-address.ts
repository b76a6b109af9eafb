/** The names under which clients know this server, where a proxy in front has its own. */
export type PublicAddress = {
  /** As in a Host header: with the port if it is not the default one. */
  readonly host: string;
  /** `/storage`, or nothing. */
  readonly pathPrefix: string;
  /** `https://files.example.com/storage`, without a slash at its end. */
  readonly url: string;
  readonly hostname: string;
};

/** Throws with a sentence for what is not an http or https URL without query. */
export function publicAddress(text: string): PublicAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new Error(`"${text}" is not a public URL such as https://files.example.com or https://example.com/storage.`);
  const pathPrefix = url.pathname.replace(/\/+$/, '');
  return { url: `${url.origin}${pathPrefix}`, host: url.host, hostname: url.hostname, pathPrefix };
}

/** The prefix that a path has under a public name: the longest, where one name shows several. */
export function prefixOf(host: string, path: string, addresses: readonly PublicAddress[]): string {
  let longest = '';
  for (const { host: publicHost, pathPrefix } of addresses) {
    if (publicHost === host && pathPrefix.length > longest.length && path.startsWith(`${pathPrefix}/`)) longest = pathPrefix;
  }
  return longest;
}

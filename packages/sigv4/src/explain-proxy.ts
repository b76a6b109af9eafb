/**
 * What to say of an answer that is a web page instead of an S3 error document: something before the store has answered. The heading of the
 * page is what nginx, HAProxy and most others put there. Undefined for what is no page.
 */
export function proxyCulprit(answer: string): string | undefined {
  if (!/<html|<!doctype html/i.test(answer)) return undefined;
  const heading = /<h1>([^<]{1,200})<\/h1>/i.exec(answer)?.[1] ?? /<title>([^<]{1,200})<\/title>/i.exec(answer)?.[1];
  const tooLong = /Header Or Cookie Too Large/i.test(answer) ? '431' : undefined;
  const said = heading === undefined ? 'A proxy answered, not the store' : `A proxy answered, not the store: ${heading.trim()}`;
  return `${said}. ${ADVICE.find(([status]) => status.test(tooLong ?? heading ?? ''))?.[1] ?? 'Its own log says why.'}`;
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^413/, 'It limits the size of uploads; the store has limits of its own (nginx: client_max_body_size 0).'],
  [/^(414|431)/, 'The URL is too long for it (nginx: large_client_header_buffers 8 32k; HAProxy: tune.bufsize 65536).'],
  [/^400/, 'It could not read the request; a URL that is too long for it is one reason (HAProxy: tune.bufsize 65536).'],
  [/^50[234]/, 'It has no answer from the store: is that running, and where the proxy looks for it?'],
  [/^(301|302|307|308)/, 'It sends clients elsewhere, and a signature is good for one address: sign for the one it leads to.'],
];

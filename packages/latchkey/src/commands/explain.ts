import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { type Explanation, explain as explainUrl } from '@latchkey/sigv4/explain';
import { defineCommand } from '../command.ts';
import { asServerFlags, explainAsServer } from '../explain-as-server.ts';
import { asksTrail, eventsOf, fromTrailFlags, trailLines } from '../explain-from-trail.ts';
import { Failure, wrongUsage } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { namedValues } from '../named-values.ts';

const flags = {
  error: { kind: 'text', value: 'FILE', help: 'The XML with which a server refused the URL; - is standard input' },
  method: { kind: 'text', value: 'METHOD', help: 'The method it was signed for, which a URL does not show' },
  header: { kind: 'text', many: true, value: '"NAME: VALUE"', help: 'A header it was signed with, which a URL does not show' },
  json: { kind: 'switch', help: 'Print one line of JSON' },
  ...asServerFlags,
  ...fromTrailFlags,
} as const satisfies Flags;

/**
 * `latchkey explain`: what a URL says, and why a server would not have it. Asks nobody and needs no credentials, unless `--as-server` asks
 * the server itself, or `--trail` its audit trail.
 */
export const explain = defineCommand({
  usage: 'explain URL',
  description: `Says who signed a pre-signed URL, for what, until when, and what must be sent with it. Given the server's answer to
SignatureDoesNotMatch, it also says where the server's view of the request first differs, and the likely culprit. Nothing is sent.

With --as-server the server is asked, with an administrator's credentials: it takes the URL through every check that it would meet, says
which passed, which did not and which statement of which policy decided, and runs nothing.

With --trail, or with --endpoint-url or --profile alone, the server's audit trail is asked what was done with the URL and why it was
refused; it is told the id of the link or a hash, and never the URL.`,
  flags,
  examples: [
    ["latchkey explain 'http://127.0.0.1:9000/photos/cat.jpg?X-Amz-Algorithm=…'", 'What the URL allows (quote it: it holds &)'],
    ["latchkey explain 'http://…' --error answer.xml", 'Why the server refused it'],
    ["curl -s 'http://…' | latchkey explain 'http://…' --error -", 'The same in one line'],
    ["latchkey explain 'http://…' --trail", 'Who has used it, and why it was refused'],
    ["latchkey explain 'http://…' --as-server", 'Every check on the server, and the policy that decides'],
  ],
  async run({ values, positionals, output, now, environment }) {
    const [url, ...others] = positionals;
    if (url === undefined || others.length > 0) throw wrongUsage('explain takes one URL, in quotes because of its &.');
    const method = values.method?.toUpperCase();
    const headers = namedValues(values.header, ':', '--header');
    if (values['as-server']) {
      if (values.error !== undefined) throw wrongUsage('--error is for when the server is not asked: leave it or --as-server out.');
      await explainAsServer(
        { url: url.trim().replaceAll('&amp;', '&'), method, headers },
        { values, environment, output, json: values.json === true },
      );
      return 0;
    }
    if (values.from !== undefined) throw wrongUsage('--from goes with --as-server.');
    const explanation = explainUrl(url, values.error === undefined ? undefined : await read(values.error), {
      now: now(),
      method,
      headers,
    });
    const trail = asksTrail(values) ? await eventsOf(url.replaceAll('&amp;', '&'), { values, environment }) : undefined;
    if (values.json) output.record({ ...explanation, ...(trail && { trail }) });
    else for (const line of [...linesOf(explanation), ...(trail ? trailLines(trail) : [])]) output.line(line);
    return explanation.kind === 'unreadable' ? 1 : 0;
  },
});

/** The two views are shown under the sentence about them, which stands first. */
function linesOf({ sentences, difference }: Explanation): readonly string[] {
  if (!difference || (difference.ours === '' && difference.theirs === '')) return sentences;
  const [culprit = '', ...others] = sentences;
  return [culprit, `  the URL says:     ${difference.ours}`, `  the server saw:   ${difference.theirs}`, ...others];
}

async function read(path: string): Promise<string> {
  try {
    return path === '-' ? await textOf(process.stdin) : await readFile(path, 'utf8');
  } catch (cause) {
    throw new Failure(`${path} can not be read.`, { cause });
  }
}

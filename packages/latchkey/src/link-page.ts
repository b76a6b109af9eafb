import { text as textOf } from 'node:stream/consumers';
import { wrongUsage } from './failure.ts';
import type { Flags, Values } from './flags.ts';
import type { ShownLink } from './link-lines.ts';

/** The flags that give a link a page. */
export const pageFlags = {
  note: { kind: 'text', value: 'TEXT', help: 'A note; the recipient reads it on the page of the link' },
  landing: { kind: 'switch', help: 'Make a page for the recipient, under a short address' },
  'password-stdin': { kind: 'switch', help: 'Read a password from stdin, which the page then asks for' },
} as const satisfies Flags;

/** What the JSON API is told of the page. Throws a `Failure` with status 2 where stdin has no password. */
export async function pageOf(values: Values<typeof pageFlags>): Promise<Readonly<Record<string, unknown>>> {
  return {
    note: values.note,
    landing: values.landing,
    password: values['password-stdin'] ? await passwordFromStdin() : undefined,
  };
}

/** One line, which is no part of the command and so of no list of processes. */
async function passwordFromStdin(): Promise<string> {
  const [line = ''] = (await textOf(process.stdin)).split(/\r?\n/, 1);
  if (line === '') throw wrongUsage('--password-stdin reads the password from stdin, where there is none.');
  return line;
}

/** What is sent to people: the page of a link that has one, which may be all there is. */
export function withAddress<Link extends ShownLink>(
  link: Link,
): { readonly link: Link & { readonly url: string }; readonly address: string } {
  const address = link.landingUrl ?? link.url ?? '';
  return { link: { ...link, url: address }, address };
}

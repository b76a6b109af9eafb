/** `--oidc-console-…`: the identity provider that people may sign in to the console with. */
import { wrongUsage } from './failure.ts';

export type ConsoleProviderConfig = {
  /** As in its tokens. */
  readonly issuer: string;
  readonly clientId: string;
  /** The secret itself, or the file it is in; a public client has none. */
  readonly secret: { readonly text: string } | { readonly file: string } | undefined;
  /** An ARN or a name. */
  readonly role: string;
  /** On the button. */
  readonly name: string;
};

type Settings = {
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  readonly role: string | undefined;
  readonly name: string | undefined;
  /** Whether it is said, or this machine, where people open the console: the provider sends them back there. */
  readonly isAddressKnown: boolean;
};

/** Throws a `Failure` with status 2 that says what is wrong; nothing of a secret is in it. */
export function consoleProvider(
  { issuer, clientId, role, name, isAddressKnown }: Settings,
  {
    LATCHKEY_OIDC_CONSOLE_CLIENT_SECRET: text,
    LATCHKEY_OIDC_CONSOLE_CLIENT_SECRET_FILE: file,
  }: Readonly<Record<string, string | undefined>>,
): ConsoleProviderConfig | undefined {
  if ([issuer, clientId, role, name].every((setting) => setting === undefined)) return undefined;
  if (issuer === undefined || clientId === undefined || role === undefined)
    throw wrongUsage('--oidc-console-issuer, --oidc-console-client-id and --oidc-console-role are given together, or none of them.');
  if (text && file) throw wrongUsage('LATCHKEY_OIDC_CONSOLE_CLIENT_SECRET and LATCHKEY_OIDC_CONSOLE_CLIENT_SECRET_FILE are not both set.');
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined || !isTrusted(url) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw wrongUsage(`--oidc-console-issuer is an https:// address (http:// on this machine only), not "${issuer}".`);
  if (!/^(?:arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+|[\w+=,.@-]{1,64})$/.test(role))
    throw wrongUsage(`--oidc-console-role is the ARN or the name of a role, not "${role}".`);
  if (!isAddressKnown)
    throw wrongUsage('--oidc-console-issuer needs --public-console-url, the address that the provider sends people back to.');
  const secret = text ? { text } : file ? { file } : undefined;
  return { issuer, clientId, secret, role, name: name ?? url.hostname };
}

function isTrusted({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(hostname));
}

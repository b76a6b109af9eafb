import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { serveConfig, serveFlags } from '../../packages/latchkey/src/config.ts';
import { type Flag, variableOf } from '../../packages/latchkey/src/flags.ts';

const document = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

/** The rows of the table of flags: what stands before and behind each flag. */
const rows = new Map(
  [...document.matchAll(/^\| `--([a-z0-9-]+)(?: ([^`]+))?`( \(repeatable\))? \| `(\w+)` \| (.*?) \| (.+) \|$/gm)].map(
    ([, name = '', value = '', repeatable = '', variable = '', fallback = '', meaning = '']) =>
      [name, { value: value.replaceAll('\\|', '|'), isRepeatable: repeatable !== '', variable, fallback, meaning }] as const,
  ),
);

it('docs/configuration.md lists every flag of serve, and no other', () => {
  expect([...rows.keys()]).toEqual(Object.keys(serveFlags));
});

it.each(Object.entries<Flag>(serveFlags))('docs/configuration.md says how --%s is written', (name, flag) => {
  expect(rows.get(name)).toMatchObject({ value: flag.value ?? '', isRepeatable: flag.many === true, variable: variableOf(name) });
});

it('the defaults are those of the command', () => {
  const config = serveConfig({}, {});
  const shown = ({ host, port }: { readonly host: string; readonly port: number }) => `\`${host}:${port}\``;
  const onOff = (isOn: boolean) => `\`${isOn ? 'on' : 'off'}\``;
  const fallback = (name: keyof typeof serveFlags) => rows.get(name)?.fallback;
  expect(fallback('listen')).toBe(shown(config.listen));
  expect(fallback('console')).toBe(shown(config.consoleListen));
  expect(fallback('region')).toBe(`\`${config.region}\``);
  expect(fallback('sigv2')).toBe(onOff(config.sigv2));
  expect(fallback('ignore-foreign-authorization')).toBe(onOff(config.ignoreForeignAuthorization));
  expect(fallback('sandbox-active-content')).toBe(onOff(config.sandboxesActiveContent));
  for (const name of ['public-url', 'domain', 'trusted-proxy', 'tls-cert', 'tls-key'] as const) expect(fallback(name)).toBe('none');
  for (const none of [config.publicUrls, config.domains, config.trustedProxies]) expect(none).toEqual([]);
});

it('the variables of the root credentials are those that are read', () => {
  const [accessKeyId, secretAccessKey] = ['an id', 'a secret'];
  for (const name of ['LATCHKEY_ROOT_ACCESS_KEY_ID', 'LATCHKEY_ROOT_SECRET_ACCESS_KEY']) expect(document).toContain(`| \`${name}\` |`);
  const environment = { LATCHKEY_ROOT_ACCESS_KEY_ID: accessKeyId, LATCHKEY_ROOT_SECRET_ACCESS_KEY: secretAccessKey };
  expect(serveConfig({}, environment).root).toEqual({ accessKeyId, secretAccessKey });
});

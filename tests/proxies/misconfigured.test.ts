/** What people get wrong with proxies, and the sentence in which `latchkey explain` names it, from the URL and the answer alone. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { replaced } from '../support/documented-proxy.ts';
import { inTemporaryDirectory, latchkey } from '../support/latchkey-command.ts';
import { needs } from '../support/programs.ts';
import { type Proxied, type ProxiedOptions, proxied } from '../support/proxied.ts';
import type { ProxyProgram } from '../support/proxy-programs.ts';
import { presigned, send, signed, type Wanted } from '../support/wire-client.ts';

type Case = {
  readonly program: ProxyProgram;
  readonly place: ProxiedOptions['place'];
  readonly mistake: string;
  readonly change: (configuration: string) => string;
  /** Whether the server has been told its public URL. */
  readonly isTold?: true;
  readonly method?: string;
  readonly key?: string;
  readonly wanted?: Wanted;
  /** Of the answer. */
  readonly status?: number;
  /** HOST stands for the public name of this run. */
  readonly sentence: string;
};

const UNTOLD = 'tell the server its public address';

const CASES: readonly Case[] = [
  {
    program: 'nginx',
    place: 'host',
    mistake: 'Host is rewritten, and the server does not know its public URL',
    change: (text) => replaced(text, 'proxy_set_header Host $http_host;', ''),
    sentence: `The URL was signed for the host HOST, but the server received latchkey: a proxy in between rewrote Host. Let it pass the Host header on unchanged (nginx: proxy_set_header Host $http_host), ${UNTOLD}, or sign for latchkey.`,
  },
  {
    program: 'haproxy',
    place: 'host',
    mistake: 'Host is rewritten, and the server does not know its public URL',
    change: (text) => replaced(text, 'http-request set-header X-Forwarded-Proto https', 'http-request set-header Host backend.internal'),
    sentence: `The URL was signed for the host HOST, but the server received backend.internal: a proxy in between rewrote Host. Let it pass the Host header on unchanged (nginx: proxy_set_header Host $http_host), ${UNTOLD}, or sign for backend.internal.`,
  },
  {
    program: 'nginx',
    place: 'host',
    mistake: 'the port is dropped from Host',
    change: (text) => replaced(text, '$http_host', '$host'),
    sentence:
      'The port in Host differs: the URL was signed for HOST, the server received localhost. A proxy must pass the Host header on unchanged, with its port (nginx: proxy_set_header Host $http_host).',
  },
  {
    program: 'nginx',
    place: 'path',
    mistake: 'the prefix is taken off, and the server does not know its public URL',
    change: (text) => text,
    sentence:
      'A proxy took /storage off the front of the path (or the URL was signed in path style, the server reads the bucket from the host): forward the path unchanged, or tell the server the prefix of its public address.',
  },
  {
    program: 'haproxy',
    place: 'path',
    mistake: 'the prefix is taken off, and the server does not know its public URL',
    change: (text) => text,
    sentence:
      'A proxy took /storage off the front of the path (or the URL was signed in path style, the server reads the bucket from the host): forward the path unchanged, or tell the server the prefix of its public address.',
  },
  {
    program: 'nginx',
    place: 'path',
    mistake: 'proxy_pass with a path decodes what it passes on, and merges slashes',
    change: (text) => replaced(text, 'proxy_pass http://latchkey$behind_storage;', 'proxy_pass http://latchkey/;'),
    isTold: true,
    key: 'double//slash',
    sentence:
      'A proxy took /storage off the front of the path and tidied the rest, in which double slashes and dots belong to the key: it has to pass on what it received (nginx: no path behind the name in proxy_pass).',
  },
  {
    program: 'nginx',
    place: 'host',
    mistake: 'a rewrite merges slashes',
    change: (text) => replaced(text, 'location / {', 'location / {\n rewrite ^/(.*)$ /$1 break;'),
    isTold: true,
    key: 'double//slash',
    sentence: 'A proxy merged double slashes in the path (nginx: merge_slashes off).',
  },
  {
    program: 'haproxy',
    place: 'path',
    mistake: 'the prefix is left on, and the server does not know its public URL',
    change: (text) => replaced(text, /http-request replace-path .*\n/, '\n'),
    status: 404,
    sentence:
      'It took storage, the first part of the path, for the bucket. If that is the path under which a proxy shows the server, tell the server its public address, HOST/storage.',
  },
  {
    program: 'nginx',
    place: 'host',
    mistake: 'headers with unusual names are dropped',
    change: (text) => replaced(text, 'ignore_invalid_headers off;', ''),
    isTold: true,
    method: 'PUT',
    wanted: { headers: { 'x-amz-meta-some_name': 'x' } },
    sentence:
      'The header x-amz-meta-some_name was signed but not sent. A proxy may have dropped it for its name (nginx: ignore_invalid_headers off).',
  },
  {
    program: 'nginx',
    place: 'host',
    mistake: 'uploads are limited to a megabyte',
    change: (text) => replaced(text, 'client_max_body_size 0;', ''),
    isTold: true,
    method: 'PUT',
    wanted: { body: Buffer.alloc(1_100_000) },
    status: 413,
    sentence:
      'A proxy answered, not the store: 413 Request Entity Too Large. It limits the size of uploads; the store has limits of its own (nginx: client_max_body_size 0).',
  },
  {
    program: 'nginx',
    place: 'host',
    mistake: 'long URLs are refused',
    change: (text) => replaced(text, 'large_client_header_buffers 8 32k;', ''),
    isTold: true,
    wanted: { query: { 'x-note': 'n'.repeat(20_000) } },
    status: 414,
    sentence:
      'A proxy answered, not the store: 414 Request-URI Too Large. The URL is too long for it (nginx: large_client_header_buffers 8 32k; HAProxy: tune.bufsize 65536).',
  },
  {
    program: 'haproxy',
    place: 'host',
    mistake: 'long URLs are refused',
    change: (text) => replaced(text, 'tune.bufsize 65536', ''),
    isTold: true,
    wanted: { query: { 'x-note': 'n'.repeat(16_000) } },
    status: 400,
    sentence:
      'A proxy answered, not the store: 400 Bad request. It could not read the request; a URL that is too long for it is one reason (HAProxy: tune.bufsize 65536).',
  },
  {
    program: 'nginx',
    place: 'host',
    mistake: 'the store is looked for where it is not',
    change: (text) => replaced(text, /server 127\.0\.0\.1:\d+;/, 'server 127.0.0.1:1;'),
    isTold: true,
    status: 502,
    sentence:
      'A proxy answered, not the store: 502 Bad Gateway. It has no answer from the store: is that running, and where the proxy looks for it?',
  },
  {
    program: 'haproxy',
    place: 'host',
    mistake: 'the store is looked for where it is not',
    change: (text) => replaced(text, /server latchkey 127\.0\.0\.1:\d+ check/, 'server latchkey 127.0.0.1:1'),
    isTold: true,
    status: 503,
    sentence:
      'A proxy answered, not the store: 503 Service Unavailable. It has no answer from the store: is that running, and where the proxy looks for it?',
  },
];

describe.each(CASES)('$program: $mistake', (told) => {
  const { program, place, change, isTold, sentence, status = 403 } = told;
  const at = proxied({ program, place, change, server: (publicUrl) => (isTold ? { publicUrls: [publicUrl] } : {}) });

  needs(program)('explain names the culprit', async () => {
    await send(at().server, signed(at().server, 'PUT', '/box'));
    const { url, body, answered } = await refusal(at(), told);
    expect(answered).toBe(status);
    const lines = await inTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'answer.xml'), body);
      return (await latchkey(['explain', url, '--error', join(directory, 'answer.xml')])).stdout.split('\n');
    });
    // The first line, but where the server's own words stand there.
    expect(lines[status === 404 ? 1 : 0]).toBe(sentence.replaceAll('HOST', at().host));
  });
});

async function refusal(at: Proxied, { method = 'GET', key = 'report.txt', wanted = {} }: Case) {
  const request = presigned(at.server, method, `${at.prefix}/box/${key}`, { host: at.host, ...wanted });
  const answer = await at.send(request);
  return { url: new URL(at.publicUrl).origin + request.target, body: answer.text, answered: answer.status };
}

// What the benchmarks that sign, make users and call APIs have in common.
import { sign } from '@latchkey/sigv4/sign';
import { region, root } from './processes.mjs';

/** A GET of a URL as it goes over the wire, for `load`. */
export function requestOf(url) {
  const { host } = new URL(url);
  return `GET ${url.slice(url.indexOf('/', 8))} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n\r\n`;
}

/** The reply, once it says that all is well. */
export async function ok(answer) {
  const reply = await answer;
  if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
  return reply;
}

/** A call of IAM by root; resolves to its XML. */
export async function iam(endpoint, action, parameters) {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-08', ...parameters }).toString();
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const url = `${endpoint}/`;
  const signed = sign({ method: 'POST', url, headers, body, region, service: 'iam', credentials: root });
  return (await ok(fetch(url, { body, ...signed }))).text();
}

/** Makes a user with these policies; resolves to an access key. */
export async function makeUser(endpoint, documents) {
  await iam(endpoint, 'CreateUser', { UserName: 'bench' });
  for (const [index, document] of documents.entries()) {
    const text = await iam(endpoint, 'CreatePolicy', { PolicyName: `bench-${index}`, PolicyDocument: JSON.stringify(document) });
    await iam(endpoint, 'AttachUserPolicy', { UserName: 'bench', PolicyArn: /<Arn>(.*?)<\/Arn>/.exec(text)?.[1] });
  }
  const made = await iam(endpoint, 'CreateAccessKey', { UserName: 'bench' });
  const field = (name) => new RegExp(`<${name}>(.*?)</${name}>`).exec(made)?.[1];
  return { accessKeyId: field('AccessKeyId'), secretAccessKey: field('SecretAccessKey') };
}

/** A call of the JSON API; resolves to its JSON. */
export async function api(endpoint, credentials, method, path, value) {
  const url = `${endpoint}/api/v1${path}`;
  const body = JSON.stringify(value);
  const headers = { 'Content-Type': 'application/json' };
  const signed = sign({ method, url, headers, body, region, service: 'latchkey', credentials });
  return (await ok(fetch(url, { body, ...signed }))).json();
}

// docs/s3-support.md, made from the server's own table of operations: `node scripts/s3-support.mjs` writes it after a build.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const s3SupportPath = fileURLToPath(new URL('../docs/s3-support.md', import.meta.url));

/** What a reader wants to know besides the name. Each key is the name of an operation. */
const REMARKS = {
  CopyObject: 'Up to 5 GiB, within the store; tags that come along ask for `s3:GetObjectTagging` and `s3:PutObjectTagging`',
  CreateBucket: 'No object lock',
  DeleteObjects: 'Up to 1,000 keys; `s3:DeleteObject` is asked for each',
  GetBucketAcl: 'Always: the owner has full control',
  GetObject: 'Ranges, parts, conditions, `response-*`; a `versionId` is `null` or not found, and asks for `s3:GetObjectVersion`',
  GetObjectAcl: 'Always: the owner has full control',
  ListObjects: 'Both versions, by `list-type`',
  GetFolderZip: 'Our own: all under `prefix` that may be read (`s3:GetObject`), as one ZIP archive; 50,000 objects at most',
  ListMultipartUploads: 'Over another S3, which does not know who asked Latchkey, the owner is shown as the initiator',
  ListObjectVersions: 'Every object once, as version `null`',
  ListParts: 'The initiator as for ListMultipartUploads',
  PutBucketNotificationConfiguration: 'Destinations are webhooks, by ARN: [Events](events.md); no Amazon EventBridge',
  PostObject: 'HTML forms, both signature versions',
  PutBucketAcl: 'Only what changes nothing: ACLs are disabled, as S3 has it since 2023',
  PutObject: 'Up to 5 GiB, `If-None-Match: *` and `If-Match`; tags ask for `s3:PutObjectTagging` too',
  PutObjectAcl: 'Only what changes nothing',
  UploadPart: 'Up to 10,000 parts, an object up to 5 TiB',
};

/** The document for these operations. Throws where a remark is about an operation that is not there. */
export function s3Support({ operations: all, unsetConfiguration, notImplemented }) {
  const operations = all.filter(({ service }) => service === undefined);
  const calls = all.filter(({ service }) => service !== undefined);
  const done = operations.filter((operation) => !unsetConfiguration.includes(operation) && !notImplemented.includes(operation));
  const unknown = Object.keys(REMARKS).filter((name) => !done.some((operation) => operation.name === name));
  if (unknown.length > 0) throw new Error(`scripts/s3-support.mjs has remarks about ${unknown.join(', ')}, which Latchkey does not have.`);
  return `# What of S3 is there

<!-- Made by scripts/s3-support.mjs from packages/server/src/operations; do not edit. -->

Latchkey knows ${operations.length} operations of S3: ${done.length} it does, ${unsetConfiguration.length} it answers as S3 does for a bucket
on which nothing of the kind was ever set, and ${notImplemented.length} it refuses with S3's own \`501 NotImplemented\`, after the same checks of signature and
permission as everything else. A method that S3 does not have in that place is refused with \`405 MethodNotAllowed\`.

## Done

| operation | request | permissions | remarks |
|---|---|---|---|
${done.map((operation) => `| ${operation.name} | ${requestOf(operation)} | ${permissionsOf(operation)} | ${REMARKS[operation.name] ?? ''} |`).join('\n')}

## Answered as where nothing is set

| operation | request | permissions |
|---|---|---|
${unsetConfiguration.map((operation) => `| ${operation.name} | ${requestOf(operation)} | ${permissionsOf(operation)} |`).join('\n')}

## Not implemented

| operation | request |
|---|---|
${notImplemented.map((operation) => `| ${operation.name} | ${requestOf(operation)} |`).join('\n')}

## Calls in the query protocol

A form sent by POST to the S3 address, to the service that its signature names: what the AWS CLI sends for its commands iam and sts.

| operation | service |
|---|---|
${calls.map(({ name, service }) => `| ${name} | ${service} |`).join('\n')}
`;
}

function requestOf({ method, scope, subresource, header, authenticatedBy }) {
  const path = { service: '/', bucket: '/BUCKET', object: '/BUCKET/KEY' }[scope];
  const with_ = header === undefined ? '' : ` with \`${header}\``;
  return `\`${method} ${path}${subresource === undefined ? '' : `?${subresource}`}\`${with_}${authenticatedBy === 'form' ? ', a form' : ''}`;
}

/** Asked of the operation itself, with a request that has everything in it that permissions depend on. */
function permissionsOf({ needs }) {
  const request = {
    bucket: 'BUCKET',
    key: 'KEY',
    headers: [['x-amz-copy-source', '/source/KEY']],
    target: { query: [] },
    principal: { kind: 'root' },
    form: { key: 'KEY', fields: new Map() },
  };
  return [
    ...new Set(needs(request).map(({ action, resource }) => `\`${action}\`${resource.includes(':source/') ? ' of the source' : ''}`)),
  ].join(', ');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const built = (name) => import(new URL(`../packages/server/dist/operations/${name}.js`, import.meta.url).href);
  const [{ operations }, { unsetConfiguration }, { notImplemented }] = await Promise.all(
    ['index', 'unset-configuration', 'not-implemented'].map(built),
  );
  const text = s3Support({ operations, unsetConfiguration, notImplemented });
  const isNew = text !== readFileSync(s3SupportPath, 'utf8');
  writeFileSync(s3SupportPath, text);
  console.log(`${join('docs', 's3-support.md')} ${isNew ? 'written' : 'was up to date'}`);
}

import { describe, expect, it } from 'vitest';
import { curlCommand, curlFormCommand } from './curl.ts';

const url = 'http://127.0.0.1:9000/b/k?X-Amz-Expires=60&X-Amz-Signature=ab';

describe('curlCommand', () => {
  it('downloads into the file', () => {
    expect(curlCommand({ method: 'GET', url, headers: {} }, 'report.pdf')).toBe(`curl --fail --output report.pdf '${url}'`);
  });
  it('uploads the file with the headers that were signed', () => {
    expect(curlCommand({ method: 'PUT', url, headers: { 'content-type': "text/it's" } }, 'FILE')).toBe(
      `curl --fail --upload-file FILE -H 'content-type: text/it'\\''s' '${url}'`,
    );
  });
  it('sends a header without a value', () => {
    expect(curlCommand({ method: 'HEAD', url, headers: { 'x-amz-meta-a': '' } }, 'FILE')).toBe(
      `curl --fail --head -H 'x-amz-meta-a;' '${url}'`,
    );
  });
  it('names any other method', () => {
    expect(curlCommand({ method: 'DELETE', url, headers: {} }, 'FILE')).toBe(`curl --fail --request DELETE '${url}'`);
  });
});

describe('curlFormCommand', () => {
  it('sends the fields as they are and the file last', () => {
    expect(curlFormCommand('http://a/b', { key: '@x y', policy: 'abc=' }, 'FILE')).toBe(
      "curl --fail --form-string 'key=@x y' --form-string policy=abc= --form file=@FILE http://a/b",
    );
  });
});

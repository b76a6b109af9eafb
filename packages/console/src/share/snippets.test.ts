import { describe, expect, it } from 'vitest';
import { htmlText, shellWord, snippetsOf, type UsableLink } from './snippets.ts';

const url = 'https://files.example.com/box/a.mp4?X-Amz-Signature=1&x=2';
const link = (changes: Partial<UsableLink> = {}): UsableLink => ({
  ...{ method: 'GET', url, isPage: false, hasPassword: false, fileName: 'a.mp4' },
  ...changes,
});
const text = (changes: Partial<UsableLink>, name: string) => snippetsOf(link(changes)).find((snippet) => snippet.name === name)?.text;

describe('shellWord', () => {
  it.each([
    ['plain.txt', 'plain.txt'],
    ['a b', "'a b'"],
    ["it's", String.raw`'it'\''s'`],
    ['$(reboot)', "'$(reboot)'"],
    ['a\nb', "'a\nb'"],
    ['*', "'*'"],
    ['', "''"],
  ])('makes one word of %j', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});

describe('snippetsOf', () => {
  it('fetches a download under its name', () => {
    expect(text({ fileName: 'my tour.mp4' }, 'curl')).toBe(`curl --fail --location --output 'my tour.mp4' '${url}'`);
    expect(text({}, 'wget')).toBe(`wget --output-document a.mp4 '${url}'`);
  });
  it('plays a film, shows a picture, and does neither with a document', () => {
    expect(text({ contentType: 'video/mp4' }, 'media')).toContain('<video controls');
    expect(text({ contentType: 'image/png', fileName: 'a"b.png' }, 'media')).toContain('alt="a&quot;b.png"');
    expect(text({ contentType: 'application/pdf', fileName: 'a.pdf' }, 'media')).toBeUndefined();
    expect(text({ fileName: 'Tour.MP4' }, 'media')).toContain('<video controls');
  });
  it('presses the button of a page, with its password where it has one', () => {
    expect(text({ isPage: true }, 'curl')).toContain('--data action=download');
    expect(text({ isPage: true, hasPassword: true }, 'curl')).toContain("--data-urlencode 'password=…'");
  });
  it('sends the headers that an upload was signed with', () => {
    expect(text({ method: 'PUT', headers: { 'content-type': 'image/png' } }, 'curl')).toBe(
      `curl --fail --upload-file a.mp4 --header 'content-type: image/png' '${url}'`,
    );
  });
  it('is a whole form, the file at its end, whatever its fields hold', () => {
    const form = text({ method: 'POST', fields: { key: 'in/$file', policy: 'a"b<c' } }, 'form') ?? '';
    expect(form).toContain('value="a&quot;b&lt;c"');
    expect(form.indexOf('type="file"')).toBeGreaterThan(form.indexOf('name="policy"'));
  });
});

describe('htmlText', () => {
  it('is inert in a page', () => {
    expect(htmlText('<img src=x onerror="1">&')).toBe('&lt;img src=x onerror=&quot;1&quot;&gt;&amp;');
  });
});

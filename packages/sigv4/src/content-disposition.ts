import { uriEncode } from './encode.ts';

/**
 * The Content-Disposition that makes a browser save a file under a name. Anything but plain ASCII is given twice: as a fallback without
 * accents, and exactly in the form of RFC 8187. Path separators, quotes and control characters never reach the file name.
 */
export function attachment(fileName: string): string {
  const name = fileName.replace(/[\p{Cc}\p{Cs}/\\]/gu, '_');
  const ascii = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^ -~]|["%\\]/gu, '_');
  return ascii === name ? `attachment; filename="${name}"` : `attachment; filename="${ascii}"; filename*=UTF-8''${uriEncode(name)}`;
}

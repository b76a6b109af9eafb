import { uriEncodePath } from './encode.ts';

/** Why a path may have arrived as `theirs` when it was signed as `ours`; both in canonical form. */
export function pathCulprit(ours: string, theirs: string): string {
  if (uriEncodePath(ours) === theirs)
    return 'The path was percent-encoded a second time (%20 became %2520): an HTTP client or proxy encodes what is encoded already.';
  if (uriEncodePath(theirs) === ours) return 'The path was signed percent-encoded twice: pass the key to the signer as it is, not encoded.';
  if (ours.replaceAll('%20', '%2B') === theirs || ours.replaceAll('%2B', '%20') === theirs) {
    return 'A plus sign and a space were confused in the path: in a path a space is %20 and a plus is %2B or +, never the other.';
  }
  if (withMergedSlashes(ours) === theirs) return 'A proxy merged double slashes in the path (nginx: merge_slashes off).';
  if (withoutDotSegments(ours) === theirs) return 'A browser or proxy removed "." or ".." segments from the path.';
  if (theirs !== '/' && ours.endsWith(theirs)) {
    return `A proxy took ${ours.slice(0, -theirs.length)} off the front of the path (or the URL was signed in path style, the server reads the bucket from the host): forward the path unchanged, or tell the server the prefix of its public address.`;
  }
  const tidied = withMergedSlashes(withoutDotSegments(ours));
  if (theirs !== '/' && tidied !== ours && tidied.endsWith(theirs)) {
    return `A proxy took ${tidied.slice(0, -theirs.length)} off the front of the path and tidied the rest, in which double slashes and dots belong to the key: it has to pass on what it received (nginx: no path behind the name in proxy_pass).`;
  }
  if (ours !== '/' && theirs.endsWith(ours)) {
    return `A proxy put ${theirs.slice(0, -ours.length)} before the path: forward the path unchanged, or sign for the path the server sees.`;
  }
  if (decoded(ours).normalize('NFC') === decoded(theirs).normalize('NFC')) {
    return 'The key is the same to the eye, but its accents are composed differently (Unicode NFC and NFD): use the key exactly as it was stored.';
  }
  if (ours.toLowerCase() === theirs.toLowerCase()) return 'Upper and lower case changed in the path; keys are case-sensitive.';
  return 'The path arrived changed: something between signer and server rewrote it, or the URL was edited.';
}

const withMergedSlashes = (path: string): string => path.replace(/\/{2,}/g, '/');

function withoutDotSegments(path: string): string {
  return new URL(`http://x${path}`).pathname;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

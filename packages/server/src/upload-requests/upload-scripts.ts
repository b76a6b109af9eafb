/** The scripts of upload pages: plain modules for browsers, served as they are written. */
import { readFile } from 'node:fs/promises';
import type { Reply } from '../pipeline.ts';

const FOLDER = '/-/upload/';
const NAMES: ReadonlySet<string> = new Set([
  'uploader.js',
  'transfers.js',
  'transfer.js',
  'guest-api.js',
  'rate.js',
  'file-list.js',
  'dropped.js',
]);

export const UPLOAD_SCRIPT_PATH = `${FOLDER}uploader.js`;

export const isUploadScript = (rawTarget: string): boolean => rawTarget.startsWith(FOLDER) && NAMES.has(rawTarget.slice(FOLDER.length));

/** For a target that is one. */
export async function uploadScriptReply(rawTarget: string): Promise<Reply> {
  const body = await readFile(new URL(`../../browser/upload/${rawTarget.slice(FOLDER.length)}`, import.meta.url));
  const headers = ['Content-Type', 'text/javascript; charset=utf-8', 'Cache-Control', 'no-cache', 'X-Content-Type-Options', 'nosniff'];
  return { status: 200, headers, body };
}

/** What is done with an object, or the name of one, outside of the page. */
import { announce } from '../components/announce.tsx';
import { copyText } from '../components/copy.ts';
import { objectUrl } from '../s3/client.ts';
import { words } from '../words/words.ts';
import { baseName } from './names.ts';

/** Beside this page, from the origin of objects. */
export async function openObject(bucket: string, key: string): Promise<void> {
  window.open(await objectUrl({ bucket, key }), '_blank', 'noopener,noreferrer');
}

export async function saveObject(bucket: string, key: string): Promise<void> {
  const anchor = document.createElement('a');
  anchor.href = await objectUrl({ bucket, key, downloadAs: baseName(key) });
  anchor.rel = 'noreferrer';
  anchor.click();
}

export async function copyAddress(address: string): Promise<void> {
  if (await copyText(address)) announce(words().shell.copied);
}

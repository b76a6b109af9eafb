/** What is found, while it is typed: at once what is at hand, and soon after what has to be asked for. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Link } from '../links/link.ts';
import type { Found } from './found.ts';
import { type Here, placesMeant } from './place-meant.ts';
import { bucketNames, foundBuckets, foundLinks, foundObjects, foundPages, newestLinks } from './sources.ts';

export type Searched = {
  readonly found: readonly Found[];
  /** Something is still being asked. */
  readonly isBusy: boolean;
  /** Why something could not be searched. */
  readonly error: unknown;
};

/** Nobody types the next letter later than that. */
const ASKED_AFTER_MS = 150;

type Asked = { readonly text: string; readonly objects: readonly Found[]; readonly links: readonly Found[]; readonly error: unknown };

const NOTHING_ASKED: Asked = { text: '', objects: [], links: [], error: undefined };

export function useSearch(typed: string, here: Here): Searched {
  const text = typed.trim();
  const [buckets, setBuckets] = useState<readonly string[]>([]);
  const [asked, setAsked] = useState<Asked>(NOTHING_ASKED);
  const newest = useRef<Promise<readonly Link[]> | undefined>(undefined);

  useEffect(() => {
    const gone = new AbortController();
    bucketNames(gone.signal).then(setBuckets, () => undefined);
    return () => gone.abort();
  }, []);
  useEffect(() => {
    if (text === '') return setAsked(NOTHING_ASKED);
    const gone = new AbortController();
    const timer = setTimeout(async () => {
      newest.current ??= newestLinks();
      const [links, ...objects] = await Promise.allSettled([
        newest.current.then((known) => foundLinks(known, text, gone.signal)),
        ...placesMeant(typed.trimStart(), here, buckets).map((listed) => foundObjects(listed, gone.signal)),
      ]);
      if (gone.signal.aborted) return;
      const failed = [links, ...objects].find(({ status }) => status === 'rejected');
      setAsked({
        text,
        objects: objects.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
        links: links.status === 'fulfilled' ? links.value : [],
        error: failed?.status === 'rejected' ? failed.reason : undefined,
      });
    }, ASKED_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [typed, buckets]);

  return {
    found: [...asked.objects, ...foundBuckets(buckets, text), ...foundPages(text), ...asked.links],
    isBusy: asked.text !== text,
    error: asked.error,
  };
}

/** Lists that come in pages: the first when the screen appears, more when somebody asks for more. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Failure } from './failure.tsx';
import { Skeleton } from './loaded.tsx';

export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string | undefined };

export type Paged<Item> = {
  readonly items: readonly Item[];
  readonly state: 'loading' | 'more' | 'end' | 'failed';
  readonly error?: unknown;
  readonly loadMore: () => void;
  /** From the start; what there is stays in sight meanwhile. */
  readonly reload: () => void;
  /** Changes what is shown without asking again. */
  readonly replace: (change: (item: Item) => Item | undefined) => void;
};

/** `load` is asked for the first page again whenever one of `inputs` changes. Pages that are empty and go on are gone through. */
export function usePaged<Item>(
  load: (after: string | undefined, signal: AbortSignal) => Promise<Page<Item>>,
  inputs: readonly unknown[],
): Paged<Item> {
  const [list, setList] = useState<Omit<Paged<Item>, 'loadMore' | 'reload' | 'replace'>>({ items: [], state: 'loading' });
  const [turn, setTurn] = useState(0);
  const next = useRef<string | undefined>(undefined);
  const running = useRef<AbortController | undefined>(undefined);
  const fetchFrom = async (after: string | undefined, before: readonly Item[], hidesOld: boolean) => {
    running.current?.abort();
    const here = new AbortController();
    running.current = here;
    setList({ items: hidesOld ? [] : list.items, state: 'loading' });
    try {
      let page = await load(after, here.signal);
      while (page.items.length === 0 && page.next !== undefined) page = await load(page.next, here.signal);
      if (here.signal.aborted) return;
      next.current = page.next;
      setList({ items: [...before, ...page.items], state: page.next === undefined ? 'end' : 'more' });
    } catch (error) {
      if (!here.signal.aborted) setList({ items: before, state: 'failed', error });
    }
  };
  const last = useRef(turn);
  useEffect(() => {
    const isReload = last.current !== turn;
    last.current = turn;
    void fetchFrom(undefined, [], !isReload);
    return () => running.current?.abort();
  }, [...inputs, turn]);
  return {
    ...list,
    loadMore: () => void fetchFrom(next.current, list.items, false),
    reload: () => setTurn((before) => before + 1),
    replace: (change) => setList((before) => ({ ...before, items: before.items.flatMap((item) => change(item) ?? []) })),
  };
}

/** What stands under the rows: that more are coming, that there are more, or why there are none. */
export function PagedEnd<Item>({ of }: { readonly of: Paged<Item> }) {
  const text = words().shell;
  switch (of.state) {
    case 'loading':
      return of.items.length === 0 ? <Skeleton lines={6} /> : <p class="quiet small">{text.loading}</p>;
    case 'failed':
      return <Failure error={of.error} onRetry={of.reload} />;
    case 'more':
      return (
        <div class="more-rows">
          <Button onClick={of.loadMore}>{words().links.showMore}</Button>
        </div>
      );
    case 'end':
      return null;
  }
}

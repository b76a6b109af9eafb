/** The screen of the place where the person is. */
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ButtonLink } from '../components/button.tsx';
import { Failure } from '../components/failure.tsx';
import { Empty } from '../components/note.tsx';
import { PAGES, type PageProps, type PageRow } from '../pages.ts';
import { match, place } from '../router.ts';
import { words } from '../words/words.ts';

export function PageView() {
  const { path, query } = place.value;
  const row = PAGES.find((page) => match(page.path, path) !== undefined);
  if (row === undefined) return <NoSuchPage />;
  return <Fetched key={row.path} row={row} parts={match(row.path, path) ?? {}} query={query} />;
}

type Fetching =
  | { readonly state: 'waiting' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'here'; readonly Page: FunctionComponent<PageProps> };

const fetched = new Map<PageRow, FunctionComponent<PageProps>>();

function Fetched({ row, parts, query }: PageProps & { readonly row: PageRow }) {
  const known = fetched.get(row);
  const [fetching, setFetching] = useState<Fetching>(known === undefined ? { state: 'waiting' } : { state: 'here', Page: known });
  useEffect(() => {
    if (fetching.state !== 'waiting') return;
    row.load().then(
      (Page) => {
        fetched.set(row, Page);
        setFetching({ state: 'here', Page });
      },
      (error: unknown) => setFetching({ state: 'failed', error }),
    );
  }, [row, fetching.state]);
  switch (fetching.state) {
    case 'waiting':
      return null;
    case 'failed':
      return (
        <div class="page">
          <Failure error={fetching.error} onRetry={() => location.reload()} />
        </div>
      );
    case 'here':
      return <fetching.Page parts={parts} query={query} />;
  }
}

function NoSuchPage() {
  const text = words().shell;
  return (
    <div class="page">
      <Empty icon="search" title={text.nothingHere} action={<ButtonLink href="/buckets">{text.toBuckets}</ButtonLink>}>
        {text.nothingHereHint}
      </Empty>
    </div>
  );
}

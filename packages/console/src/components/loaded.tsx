/** What has to be fetched before it can be drawn. */
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { words } from '../words/words.ts';
import { Failure } from './failure.tsx';

export type Loading<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'loaded'; readonly value: Value };

/** Fetches when the component appears and when one of `inputs` changes; `reload` fetches once more and keeps showing what there is meanwhile. */
export function useLoaded<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  inputs: readonly unknown[],
): readonly [Loading<Value>, reload: () => void] {
  const [loading, setLoading] = useState<Loading<Value>>({ state: 'loading' });
  const [turn, setTurn] = useState(0);
  const isReload = useRef(false);
  useEffect(() => {
    const gone = new AbortController();
    if (!isReload.current) setLoading({ state: 'loading' });
    isReload.current = false;
    load(gone.signal).then(
      (value) => gone.signal.aborted || setLoading({ state: 'loaded', value }),
      (error: unknown) => gone.signal.aborted || setLoading({ state: 'failed', error }),
    );
    return () => gone.abort();
  }, [...inputs, turn]);
  const reload = useCallback(() => {
    isReload.current = true;
    setTurn((before) => before + 1);
  }, []);
  return [loading, reload];
}

/** Draws each state: grey lines while it loads, what went wrong, or what there is. */
export function Loaded<Value>({
  of,
  onRetry,
  lines = 3,
  children,
}: {
  readonly of: Loading<Value>;
  readonly onRetry?: () => void;
  readonly lines?: number;
  readonly children: (value: Value) => ComponentChildren;
}) {
  switch (of.state) {
    case 'loading':
      return <Skeleton lines={lines} />;
    case 'failed':
      return <Failure error={of.error} onRetry={onRetry} />;
    case 'loaded':
      return <>{children(of.value)}</>;
  }
}

export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div class="stack" role="status" aria-label={words().shell.loading}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class="skeleton" style={{ width: `${[62, 48, 70, 40][index % 4]}%` }} />
      ))}
    </div>
  );
}

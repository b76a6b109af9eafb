/** The dock of uploads, at the foot of every screen: one line, or a line for each file. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { baseName, parentPrefix, visibleName } from '../browse/names.ts';
import { announce } from '../components/announce.tsx';
import { Button } from '../components/button.tsx';
import { failureText } from '../components/failure.tsx';
import { Icon } from '../components/icon.tsx';
import { countText, durationText, sizeText } from '../format.ts';
import { hrefOf } from '../router.ts';
import { language, words } from '../words/words.ts';
import {
  answer,
  cancel,
  cancelAll,
  pause,
  pauseAll,
  resume,
  resumeAll,
  resumeWith,
  stopUploads,
  takeUpUploads,
  type Upload,
  type Uploads,
  uploads,
} from './queue.ts';

const SHOWN = 100;

/** From signing in to signing out. Returns what ends it. */
export function startUploads(owner: string): () => void {
  void takeUpUploads(owner);
  return stopUploads;
}

export function UploadDock() {
  const all = uploads.value;
  const [isOpen, setOpen] = useState(false);
  const text = words().upload;
  useLeaveWarning(all);
  useAnnouncements(all);
  const needsAnswer = all.items.some(({ state }) => state === 'asking' || state === 'needs-file' || state === 'failed');
  useEffect(() => {
    if (needsAnswer) setOpen(true);
  }, [needsAnswer]);
  if (all.items.length === 0) return null;
  const isMoving = all.items.some(({ state }) => state === 'sending' || state === 'waiting');
  const isPaused = all.items.some(({ state }) => state === 'paused');
  const isAllDone = all.doneCount === all.items.length;
  return (
    <section class="dock" aria-label={text.title}>
      <div class="dock-head">
        <Button
          kind="quiet"
          icon={isOpen ? 'down' : 'chevron'}
          isExpanded={isOpen}
          label={isOpen ? text.hide : text.show}
          onClick={() => setOpen(!isOpen)}
        />
        <span class="dock-line">
          <Summary all={all} />
        </span>
        {isMoving && <Button kind="quiet" icon="pause" label={text.pauseAll} onClick={pauseAll} />}
        {!isMoving && isPaused && <Button kind="quiet" icon="play" label={text.resumeAll} onClick={resumeAll} />}
        <Button kind="quiet" icon="close" label={isAllDone ? text.closeDock : text.cancelAll} onClick={cancelAll} />
      </div>
      <progress class="progress" value={all.sentBytes} max={Math.max(1, all.totalBytes)} aria-label={text.title} />
      {isOpen && (
        <ul class="dock-list">
          {ordered(all.items)
            .slice(0, SHOWN)
            .map((item) => (
              <Line key={item.id} item={item} hasOthers={all.items.filter(({ state }) => state === 'asking').length > 1} />
            ))}
          {all.items.length > SHOWN && <li class="quiet">{text.more(countText(all.items.length - SHOWN, language.value.language.tag))}</li>}
        </ul>
      )}
    </section>
  );
}

function Summary({ all }: { readonly all: Uploads }) {
  const text = words().upload;
  const locale = language.value.language.tag;
  const count = (value: number) => countText(value, locale);
  if (all.doneCount === all.items.length) return <>{text.allDone(count(all.doneCount))}</>;
  const isSending = all.items.some(({ state }) => state === 'sending');
  const secondsLeft = (all.totalBytes - all.sentBytes) / all.bytesPerSecond;
  const parts = [
    text.progress(count(all.doneCount), count(all.items.length)),
    text.bytes(sizeText(all.sentBytes, locale), sizeText(all.totalBytes, locale)),
    ...(isSending && all.bytesPerSecond > 0 ? [text.speed(sizeText(all.bytesPerSecond, locale))] : []),
    ...(isSending && Number.isFinite(secondsLeft) ? [text.left(durationText(secondsLeft, locale))] : []),
  ];
  return <>{parts.join(' · ')}</>;
}

function Line({ item, hasOthers }: { readonly item: Upload; readonly hasOthers: boolean }) {
  const text = words().upload;
  const name = visibleName(baseName(item.key));
  return (
    <li class={`dock-item ${item.state}`}>
      <div class="dock-name">
        <a
          class="name"
          href={hrefOf(`/buckets/${item.bucket}`, { prefix: parentPrefix(item.key), key: item.state === 'done' ? item.key : undefined })}
          title={visibleName(item.key)}
        >
          {name}
        </a>
        <span class="dock-told">
          {item.state === 'done' && <Icon name="check" />}
          <Told item={item} />
        </span>
        <span class="row">
          {(item.state === 'sending' || item.state === 'waiting') && (
            <Button kind="quiet" icon="pause" label={text.of(text.pause, name)} onClick={() => pause(item.id)} />
          )}
          {item.state === 'paused' && (
            <Button kind="quiet" icon="play" label={text.of(text.resume, name)} onClick={() => resume(item.id)} />
          )}
          {item.state === 'failed' && (
            <Button kind="quiet" icon="refresh" label={text.of(text.retry, name)} onClick={() => resume(item.id)} />
          )}
          <Button
            kind="quiet"
            icon="close"
            label={text.of(item.state === 'done' || item.state === 'failed' ? text.remove : text.cancel, name)}
            onClick={() => cancel(item.id)}
          />
        </span>
      </div>
      {(item.state === 'sending' || item.state === 'paused' || item.state === 'needs-file') && (
        <progress
          class={item.state === 'sending' ? 'progress' : 'progress warn'}
          value={item.sentBytes}
          max={Math.max(1, item.sizeBytes)}
          aria-label={name}
        />
      )}
      {item.state === 'failed' && <p class="dock-error">{failureText(item.error)}</p>}
      {item.state === 'asking' && <Question item={item} hasOthers={hasOthers} name={name} />}
      {item.state === 'needs-file' && <ChooseAgain item={item} />}
    </li>
  );
}

function Told({ item }: { readonly item: Upload }) {
  const text = words().upload;
  const locale = language.value.language.tag;
  switch (item.state) {
    case 'sending':
      return <>{text.bytes(sizeText(item.sentBytes, locale), sizeText(item.sizeBytes, locale))}</>;
    case 'paused':
      return <>{text.paused}</>;
    case 'waiting':
      return <>{text.waiting}</>;
    case 'done':
      return (
        <>
          <span class="visually-hidden">{text.done} </span>
          {sizeText(item.sizeBytes, locale)}
        </>
      );
    case 'failed':
      return <>{text.failed}</>;
    case 'asking':
      return null;
    case 'needs-file':
      return <>{text.paused}</>;
  }
}

function Question({ item, hasOthers, name }: { readonly item: Upload; readonly hasOthers: boolean; readonly name: string }) {
  const text = words().upload;
  const [forAll, setForAll] = useState(false);
  return (
    <div class="row wrap">
      <span>{text.exists}</span>
      <Button label={text.of(text.replace, name)} onClick={() => answer(item.id, 'replace', forAll)}>
        {text.replace}
      </Button>
      <Button label={text.of(text.skip, name)} onClick={() => answer(item.id, 'skip', forAll)}>
        {text.skip}
      </Button>
      {hasOthers && (
        <label class="check">
          <input type="checkbox" checked={forAll} onChange={(event) => setForAll(event.currentTarget.checked)} />
          {text.forAll}
        </label>
      )}
    </div>
  );
}

function ChooseAgain({ item }: { readonly item: Upload }) {
  const text = words().upload;
  const input = useRef<HTMLInputElement>(null);
  const [isWrong, setWrong] = useState(false);
  return (
    <div class="row wrap">
      <span>{isWrong ? text.notThatFile : text.chooseAgain}</span>
      <Button onClick={() => input.current?.click()}>{text.chooseAgainButton}</Button>
      <input
        ref={input}
        type="file"
        class="visually-hidden"
        tabIndex={-1}
        aria-label={text.chooseAgainButton}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined) setWrong(!resumeWith(item.id, file));
        }}
      />
    </div>
  );
}

/** What needs somebody first, then what moves, then what waits, then what is done. */
function ordered(items: readonly Upload[]): readonly Upload[] {
  const rank = { asking: 0, 'needs-file': 0, failed: 1, sending: 2, paused: 3, waiting: 4, done: 5 } as const;
  return items.toSorted((a, b) => rank[a.state] - rank[b.state]);
}

/** A browser asks before it closes a page that has said so. */
function useLeaveWarning({ items }: Uploads): void {
  const isBusy = items.some(({ state }) => state === 'sending' || state === 'waiting');
  useEffect(() => {
    if (!isBusy) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isBusy]);
}

function useAnnouncements({ items, doneCount }: Uploads): void {
  const text = words().upload;
  const locale = language.value.language.tag;
  const failed = items.filter(({ state }) => state === 'failed').length;
  const isOver = items.length > 0 && doneCount === items.length;
  useEffect(() => {
    if (isOver) announce(text.announceDone(countText(doneCount, locale)));
  }, [isOver]);
  useEffect(() => {
    if (failed > 0) announce(text.announceFailed(countText(failed, locale)));
  }, [failed]);
}

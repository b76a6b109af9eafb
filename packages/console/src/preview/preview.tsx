/**
 * What an object looks like. Pictures, films, sounds and PDFs are fetched by the browser from the object origin and drawn by its own viewers; text is
 * drawn as text. Nothing that an object holds is ever markup or script here.
 */
import { useRef, useState } from 'preact/hooks';
import { baseName, fileKind, visibleName } from '../browse/names.ts';
import { Button } from '../components/button.tsx';
import { Loaded, useLoaded } from '../components/loaded.tsx';
import { countText, sizeText } from '../format.ts';
import { objectUrl, s3 } from '../s3/client.ts';
import type { ObjectFacts } from '../s3/objects.ts';
import { language, words } from '../words/words.ts';
import { csvRows, IMAGE_BYTES, jsonText, PDF_BYTES, TEXT_BYTES, textIn } from './text-preview.ts';

export type PreviewProps = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly facts: ObjectFacts;
  readonly size: 'small' | 'large';
  readonly onEnlarge?: (() => void) | undefined;
};

/** As long as the credentials of the session: a film is fetched in pieces while it runs. */
const PLAYED_SECONDS = 3600;

export function Preview(props: PreviewProps) {
  const { bucket, objectKey, facts, size } = props;
  return (
    <div class={`preview ${size}`} key={`${bucket}/${objectKey}/${facts.etag}`}>
      <Shown {...props} />
    </div>
  );
}

function Shown(props: PreviewProps) {
  const { objectKey, facts, size, onEnlarge } = props;
  const text = words().browse;
  const kind = fileKind(objectKey, facts.contentType);
  if (facts.sizeBytes === 0) return <p class="quiet">{text.noPreview}</p>;
  switch (kind) {
    case 'image':
      return facts.sizeBytes > IMAGE_BYTES ? <p class="quiet">{text.tooLarge}</p> : <Picture {...props} />;
    case 'video':
    case 'audio':
      return <Player {...props} kind={kind} />;
    case 'pdf':
      if (facts.sizeBytes > PDF_BYTES) return <p class="quiet">{text.tooLarge}</p>;
      return size === 'large' ? (
        <Pdf {...props} />
      ) : (
        <Button icon="eye" onClick={onEnlarge}>
          {text.preview}
        </Button>
      );
    case 'csv':
    case 'json':
    case 'text':
      return <Text {...props} kind={kind} />;
    case 'archive':
    case 'other':
      return <Unknown {...props} />;
  }
}

function Picture({ bucket, objectKey: key, facts, onEnlarge }: PreviewProps) {
  const text = words().browse;
  const [url, reload] = useLoaded(() => objectUrl({ bucket, key, contentType: shownType(key, facts.contentType, 'image') }), [bucket, key]);
  const [isBroken, setBroken] = useState(false);
  const name = text.previewOf(visibleName(baseName(key)));
  if (isBroken) return <p class="quiet">{text.noPreview}</p>;
  return (
    <Loaded of={url} onRetry={reload} lines={1}>
      {(src) => {
        const picture = <img src={src} alt={name} referrerpolicy="no-referrer" onError={() => setBroken(true)} />;
        return onEnlarge === undefined ? (
          picture
        ) : (
          <button type="button" class="enlarge" onClick={onEnlarge}>
            {picture}
          </button>
        );
      }}
    </Loaded>
  );
}

function Player({ bucket, objectKey: key, facts, kind }: PreviewProps & { readonly kind: 'video' | 'audio' }) {
  const text = words().browse;
  const element = useRef<HTMLMediaElement>(null);
  const [failure, setFailure] = useState<'none' | 'broken'>('none');
  const fetchUrl = () => objectUrl({ bucket, key, contentType: shownType(key, facts.contentType, kind), expiresInSeconds: PLAYED_SECONDS });
  const [url, reload] = useLoaded(fetchUrl, [bucket, key]);
  // Where a film was stopped for longer than its URL lives, it goes on with a new one, once for each place.
  const stuckAt = useRef(-1);
  const goOn = async () => {
    const media = element.current;
    if (media === null || media.currentTime === stuckAt.current || media.error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED)
      return setFailure('broken');
    stuckAt.current = media.currentTime;
    const [at, isPaused] = [media.currentTime, media.paused];
    media.src = await fetchUrl();
    media.currentTime = at;
    if (!isPaused) await media.play();
  };
  if (failure === 'broken') return <p class="quiet">{text.noPreview}</p>;
  const name = text.previewOf(visibleName(baseName(key)));
  return (
    <Loaded of={url} onRetry={reload} lines={1}>
      {(src) => {
        const shared = { src, controls: true, preload: 'metadata', 'aria-label': name, onError: () => void goOn() } as const;
        return kind === 'video' ? (
          <video ref={element as { current: HTMLVideoElement | null }} {...shared} />
        ) : (
          <audio ref={element as { current: HTMLAudioElement | null }} {...shared} />
        );
      }}
    </Loaded>
  );
}

/** The type is set by the URL that is signed for it, so that what is shown in the frame can be nothing else. */
function Pdf({ bucket, objectKey: key }: PreviewProps) {
  const [url, reload] = useLoaded(() => objectUrl({ bucket, key, contentType: 'application/pdf' }), [bucket, key]);
  return (
    <Loaded of={url} onRetry={reload} lines={1}>
      {(src) => <iframe src={src} title={words().browse.previewOf(visibleName(baseName(key)))} referrerpolicy="no-referrer" />}
    </Loaded>
  );
}

function Unknown(props: PreviewProps) {
  const text = words().browse;
  const [isWanted, setWanted] = useState(false);
  if (isWanted) return <Text {...props} kind="text" />;
  return (
    <div class="stack tight">
      <p class="quiet">{text.noPreview}</p>
      <div>
        <Button onClick={() => setWanted(true)}>{text.showPreview}</Button>
      </div>
    </div>
  );
}

function Text({ bucket, objectKey: key, facts, kind, size }: PreviewProps & { readonly kind: 'csv' | 'json' | 'text' }) {
  const most = size === 'small' ? TEXT_BYTES / 8 : TEXT_BYTES;
  const [loading, reload] = useLoaded((signal) => beginningOf(bucket, key, Math.min(most, facts.sizeBytes), signal), [bucket, key, size]);
  const isWhole = facts.sizeBytes <= most;
  return (
    <Loaded of={loading} onRetry={reload} lines={4}>
      {(bytes) => <ReadableText bytes={bytes} isWhole={isWhole} kind={kind} />}
    </Loaded>
  );
}

function ReadableText({
  bytes,
  isWhole,
  kind,
}: {
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
  readonly kind: 'csv' | 'json' | 'text';
}) {
  const text = words().browse;
  const locale = language.value.language.tag;
  const found = textIn(bytes, isWhole);
  if (found === undefined) return <p class="quiet">{text.noPreview}</p>;
  if (kind === 'csv') {
    const [head = [], ...rows] = csvRows(found, isWhole);
    return (
      <>
        <Cells head={head} rows={rows} />
        {!isWhole && <p class="quiet">{text.rowsShown(countText(rows.length, locale))}</p>}
      </>
    );
  }
  return (
    <>
      <pre class="preview-text">{kind === 'json' && isWhole ? jsonText(found) : found}</pre>
      {!isWhole && <p class="quiet">{text.firstPart(sizeText(bytes.length, locale))}</p>}
    </>
  );
}

function Cells({ head, rows }: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }) {
  return (
    <div class="preview-cells">
      <table>
        <thead>
          <tr>
            {head.map((cell, at) => (
              <th key={at} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

async function beginningOf(bucket: string, key: string, sizeBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const answer = await s3({ method: 'GET', bucket, key, headers: { range: `bytes=0-${sizeBytes - 1}` }, signal });
  return new Uint8Array(await answer.arrayBuffer());
}

/** Browsers draw nothing that is not said to be what it is: where the stored type says nothing, the name does. */
function shownType(key: string, stored: string, family: 'image' | 'video' | 'audio'): string | undefined {
  if (stored.startsWith(`${family}/`)) return undefined;
  const ending = /\.([a-z0-9]+)$/i.exec(key)?.[1]?.toLowerCase() ?? '';
  return TYPES[ending];
}

const TYPES: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  gif: 'image/gif',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  webp: 'image/webp',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  mp4: 'video/mp4',
  ogv: 'video/ogg',
  webm: 'video/webm',
  aac: 'audio/aac',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  mp3: 'audio/mpeg',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
};

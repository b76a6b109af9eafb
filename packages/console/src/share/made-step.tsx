/** The link: its URL in a field, what became of the copying, ways to use it, how long it still works, and the button that ends it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { announce } from '../components/announce.tsx';
import { Button, ButtonLink } from '../components/button.tsx';
import { copyText } from '../components/copy.ts';
import { CopyButton } from '../components/copy-field.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Icon } from '../components/icon.tsx';
import { Note } from '../components/note.tsx';
import { isLoopback } from '../loopback.ts';
import { words } from '../words/words.ts';
import { Countdown } from './countdown.tsx';
import { type MadeLink, takeBack } from './make-link.ts';
import { QrCode } from './qr-code.tsx';
import { mediaKind, type Snippet, snippetsOf } from './snippets.ts';

type State =
  | { readonly state: 'live' }
  | { readonly state: 'revoking' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'revoked' };

export function MadeStep({
  title,
  made,
  onClose,
  onAnother,
  onChange,
}: {
  readonly title: string;
  readonly made: MadeLink;
  readonly onClose: () => void;
  readonly onAnother: () => void;
  readonly onChange: () => void;
}) {
  const text = words().share;
  const [state, setState] = useState<State>({ state: 'live' });
  const isRevoked = state.state === 'revoked';
  const revoke = async () => {
    if (state.state === 'revoking' || isRevoked) return;
    setState({ state: 'revoking' });
    try {
      await takeBack(made);
      setState({ state: 'revoked' });
      announce(made.kind === 'link' ? text.revoked : text.closed);
      onChange();
    } catch (error) {
      setState({ state: 'failed', error });
    }
  };
  const page = made.kind === 'link' ? '/links/' : '/requests/';
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={onClose}
      actions={
        <>
          <ButtonLink kind="quiet" href={page + made.id}>
            {text.details}
          </ButtonLink>
          <Button onClick={onAnother}>{text.another}</Button>
          <Button type="submit" kind="primary">
            {text.done}
          </Button>
        </>
      }
    >
      {isRevoked ? <Note kind="good">{made.kind === 'link' ? text.revoked : text.closed}</Note> : <Usable made={made} />}
      {state.state === 'failed' && <Failure error={state.error} />}
      {!isRevoked && (
        <div class="spread made-foot">
          <span class="stack tight">
            <Countdown until={made.expiresAt} />
            <span class="quiet small">{text.endsEarly}</span>
          </span>
          <Button kind="danger" isDisabled={state.state === 'revoking'} onClick={() => void revoke()}>
            {text.revoke}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

function Usable({ made }: { readonly made: MadeLink }) {
  const text = words().share;
  const snippets = snippetsOf(made);
  const isForm = made.method === 'POST';
  return (
    <>
      {!isForm && <CopiedField value={made.url} />}
      {made.hasPassword && <Note>{text.tellPassword}</Note>}
      {isLoopback(made.url) && <Note kind="warn">{text.madeHereOnly(new URL(made.url).host)}</Note>}
      <Tabs made={made} snippets={snippets} />
    </>
  );
}

/** Copies as soon as it appears, and says whether that worked. The field has the focus: where it did not, Ctrl+C does. */
function CopiedField({ value }: { readonly value: string }) {
  const text = words().share;
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setCopied] = useState<boolean>();
  useEffect(() => {
    void copyText(value, field.current).then((done) => {
      field.current?.focus();
      field.current?.select();
      setCopied(done);
      announce(done ? text.copied : text.notCopied);
    });
  }, [value]);
  return (
    <div class="stack tight">
      <span class={isCopied === true ? 'made-state good' : 'made-state'} role="presentation">
        <Icon name={isCopied === true ? 'check' : 'link'} />
        {text.made} {isCopied !== undefined && (isCopied ? text.copied : text.notCopied)}
      </span>
      <div class="copy-field">
        <input
          ref={field}
          class="input mono"
          readOnly
          aria-label={text.link}
          value={value}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton value={value} label={text.link} field={field} />
      </div>
    </div>
  );
}

type TabName = 'qr' | Snippet['name'];

/** One at a time: the QR code, or a line to copy. */
function Tabs({ made, snippets }: { readonly made: MadeLink; readonly snippets: readonly Snippet[] }) {
  const text = words().share;
  const hasQr = made.method === 'GET' && made.url.length <= MOST_IN_QR;
  const names: readonly TabName[] = [...(hasQr ? (['qr'] as const) : []), ...snippets.map(({ name }) => name)];
  const [chosen, setChosen] = useState<TabName | undefined>(made.method === 'GET' ? undefined : names[0]);
  const labels: Readonly<Record<TabName, string>> = {
    qr: text.qrCode,
    curl: text.curl,
    wget: text.wget,
    html: text.html,
    media: mediaLabel(made),
    form: text.htmlForm,
    fetch: text.fetch,
  };
  const snippet = snippets.find(({ name }) => name === chosen);
  return (
    <div class="stack tight">
      <div class="row wrap">
        {names.map((name) => (
          <Button key={name} class="preset" isPressed={chosen === name} onClick={() => setChosen(chosen === name ? undefined : name)}>
            {labels[name]}
          </Button>
        ))}
        {hasQr && canSend() && (
          <Button class="preset" icon="share" onClick={() => void send(made)}>
            {text.native}
          </Button>
        )}
      </div>
      {chosen === 'qr' && (
        <figure class="qr">
          <QrCode text={made.url} />
          <figcaption class="quiet small">{text.qrHint}</figcaption>
        </figure>
      )}
      {snippet !== undefined && <SnippetField key={snippet.name} text={snippet.text} label={text.snippetOf(labels[snippet.name])} />}
    </div>
  );
}

/** The device's own way to pass something on; browsers have it over TLS, most of them on phones. */
function canSend(): boolean {
  return typeof navigator.share === 'function';
}

/** Whoever thinks better of it has not failed. */
async function send({ url, fileName }: MadeLink): Promise<void> {
  await navigator.share({ url, title: fileName }).catch(() => undefined);
}

/** Beyond that a camera sees grey. */
const MOST_IN_QR = 1200;

function mediaLabel(made: MadeLink): string {
  const text = words().share;
  return text[mediaKind(made) ?? 'image'];
}

function SnippetField({ text, label }: { readonly text: string; readonly label: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <div class="copy-field">
      <textarea
        ref={field}
        class="input mono snippet"
        readOnly
        rows={Math.min(10, Math.max(3, text.split('\n').length))}
        aria-label={label}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton value={text} label={label} field={field} />
    </div>
  );
}

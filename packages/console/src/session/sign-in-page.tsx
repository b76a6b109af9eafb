/** Signing in: an access key, whose secret does not leave this page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isCode } from '../api/refusal.ts';
import { Button } from '../components/button.tsx';
import { Failure } from '../components/failure.tsx';
import { TextField } from '../components/field.tsx';
import { Note } from '../components/note.tsx';
import { Brand } from '../shell/frame.tsx';
import { site } from '../site.ts';
import { words } from '../words/words.ts';
import { leaveToSignIn } from './provider.ts';
import { type Session, signIn } from './session.ts';

type Out = Session & { readonly state: 'out' };

export function SignInPage({ why, problem }: { readonly why: Out['why']; readonly problem: unknown }) {
  const text = words().signIn;
  const [accessKeyId, setAccessKeyId] = useState('');
  const [secret, setSecret] = useState('');
  const [isShown, setShown] = useState(false);
  const [attempt, setAttempt] = useState<Attempt>(problem === undefined ? { state: 'none' } : { state: 'refused', error: problem });
  const keyField = useRef<HTMLInputElement>(null);
  const secretField = useRef<HTMLInputElement>(null);
  const errors =
    attempt.state === 'refused' ? errorsOf(attempt.error) : attempt.state === 'incomplete' ? missingIn(accessKeyId, secret) : {};

  const submit = async () => {
    if (attempt.state === 'busy') return;
    if (accessKeyId.trim() === '' || secret === '') {
      setAttempt({ state: 'incomplete' });
      (accessKeyId.trim() === '' ? keyField : secretField).current?.focus();
      return;
    }
    setAttempt({ state: 'busy' });
    try {
      await signIn(accessKeyId.trim(), secret.trim());
    } catch (error) {
      setAttempt({ state: 'refused', error });
      (isCode(error, ...UNKNOWN_KEY) ? keyField : secretField).current?.focus();
    }
  };

  const leave = async () => {
    if (attempt.state === 'busy') return;
    setAttempt({ state: 'busy' });
    try {
      await leaveToSignIn();
      // Whoever comes back with the back button finds it as it was.
      setAttempt({ state: 'none' });
    } catch (error) {
      setAttempt({ state: 'refused', error });
    }
  };

  // The attribute for it is minded once in the life of a page: not after somebody has signed out.
  useEffect(() => keyField.current?.focus(), []);

  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        noValidate
      >
        <header class="row">
          <Brand />
          <h1>{words().shell.product}</h1>
        </header>
        {why !== undefined && attempt.state === 'none' && (
          <Note kind={why === 'ended' ? 'warn' : 'good'}>{why === 'ended' ? text.ended : text.signedOut}</Note>
        )}
        <TextField
          label={text.accessKeyId}
          name="username"
          autoComplete="username"
          isMono
          isRequired
          value={accessKeyId}
          onInput={setAccessKeyId}
          error={errors.key}
          elementRef={keyField}
        />
        <div class="secret">
          <TextField
            label={text.secretAccessKey}
            name="password"
            type={isShown ? 'text' : 'password'}
            autoComplete="current-password"
            isMono
            isRequired
            value={secret}
            onInput={setSecret}
            error={errors.secret}
            elementRef={secretField}
          />
          <Button kind="quiet" class="reveal" isPressed={isShown} onClick={() => setShown(!isShown)}>
            {isShown ? text.hide : text.show}
          </Button>
        </div>
        {errors.other !== undefined && <Failure error={errors.other} />}
        <Button type="submit" kind="primary" isDisabled={attempt.state === 'busy'}>
          {attempt.state === 'busy' ? text.busy : text.submit}
        </Button>
        {site.signInWith !== undefined && (
          <Button isDisabled={attempt.state === 'busy'} onClick={() => void leave()}>
            {text.with(site.signInWith)}
          </Button>
        )}
        <p class="quiet">{text.stays}</p>
        <details>
          <summary>{text.whereTitle}</summary>
          <p>{text.where}</p>
        </details>
      </form>
    </main>
  );
}

type Attempt =
  | { readonly state: 'none' }
  | { readonly state: 'incomplete' }
  | { readonly state: 'busy' }
  | { readonly state: 'refused'; readonly error: unknown };

type Errors = { readonly key?: string; readonly secret?: string; readonly other?: unknown };

const UNKNOWN_KEY = ['InvalidAccessKeyId', 'InvalidClientTokenId'];

function errorsOf(error: unknown): Errors {
  const text = words().signIn;
  if (isCode(error, ...UNKNOWN_KEY)) return { key: text.wrongKey };
  if (isCode(error, 'SignatureDoesNotMatch')) return { secret: text.wrongSecret };
  if (isCode(error, 'RequestTimeTooSkewed')) return { other: new Error(text.clock) };
  return { other: error };
}

function missingIn(accessKeyId: string, secret: string): Errors {
  const { missing } = words().signIn;
  return { ...(accessKeyId.trim() === '' && { key: missing }), ...(secret === '' && { secret: missing }) };
}

/**
 * Signing in with an identity provider: the page goes there, and comes back to `/signed-in` with a code that the server redeems. What was begun
 * is remembered where only pages of this origin can write, so that nobody else can have this browser finish what it has not begun.
 */
import { refusalOf } from '../api/refusal.ts';
import { go } from '../router.ts';
import { site } from '../site.ts';
import { words } from '../words/words.ts';

const BEGUN = 'latchkey-sign-in';
const CALLBACK_PATH = '/signed-in';

type Begun = { readonly state: string; readonly path: string; readonly query: Readonly<Record<string, string>> };

/** Leaves the page. Throws what the server refuses with. */
export async function leaveToSignIn(): Promise<void> {
  const answer = await fetch('/api/v1/session/provider/url', { method: 'POST' });
  if (!answer.ok) throw await refusalOf(answer);
  const { url, state } = (await answer.json()) as { readonly url: string; readonly state: string };
  const { pathname: path, search } = location;
  const begun: Begun = { state, path, query: Object.fromEntries(new URLSearchParams(search)) };
  localStorage.setItem(BEGUN, JSON.stringify(begun));
  location.assign(url);
}

/** Where the page was opened by the provider: goes on to where it was left, and gives the server's answer. */
export function returnToSignIn(): Promise<Response> | undefined {
  if (location.pathname !== CALLBACK_PATH) return undefined;
  const answer = new URLSearchParams(location.search);
  const begun = takeBegun();
  // The code is in the address: it must not stay in the history.
  go(begun?.path ?? '/buckets', begun?.query, { replace: true });
  return finish(answer, begun?.state);
}

async function finish(answer: URLSearchParams, begun: string | undefined): Promise<Response> {
  const text = words().signIn;
  const [state, code, error] = [answer.get('state'), answer.get('code'), answer.get('error')];
  if (state === null || state !== begun) throw new Error(text.notBegun);
  if (code === null) throw new Error(text.refusedBy(site.signInWith ?? '', /^[a-z_]{1,64}$/.exec(error ?? '')?.[0] ?? '–'));
  const body = JSON.stringify({ code, state });
  const headers = { 'content-type': 'application/json' };
  return fetch('/api/v1/session/provider/sign-in', { method: 'POST', headers, body });
}

/** Once. */
function takeBegun(): Begun | undefined {
  const kept = localStorage.getItem(BEGUN);
  localStorage.removeItem(BEGUN);
  return kept === null ? undefined : (JSON.parse(kept) as Begun);
}

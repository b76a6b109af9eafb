import { render } from 'preact';
import { startClock } from './clock.ts';
import { go, place, startRouter } from './router.ts';
import { returnToSignIn } from './session/provider.ts';
import { resume } from './session/session.ts';
import { App } from './shell/app.tsx';
import { applyPreferences } from './shell/preferences.ts';

const root = document.getElementById('console');
if (root === null) throw new Error('The page has no place for the console.');
await applyPreferences();
startRouter();
const returned = returnToSignIn();
startClock();
if (place.value.path === '/') go('/buckets', {}, { replace: true });
render(<App />, root);
await resume(returned);

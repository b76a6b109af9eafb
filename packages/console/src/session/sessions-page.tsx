/** Where one is signed in, and the end of it. */
import { words } from '../words/words.ts';

export function SessionsPage() {
  return (
    <div class="page">
      <div class="page-head">
        <h1>{words().sessions.title}</h1>
      </div>
    </div>
  );
}

/** All buckets that the person may see. */
import { words } from '../words/words.ts';

export function BucketsPage() {
  return (
    <div class="page">
      <div class="page-head">
        <h1>{words().shell.buckets}</h1>
      </div>
    </div>
  );
}

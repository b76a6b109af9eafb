/** The objects of a bucket. */
import type { PageProps } from '../pages.ts';

export function BucketPage({ parts }: PageProps) {
  return (
    <div class="page">
      <div class="page-head">
        <h1>{parts.bucket}</h1>
      </div>
    </div>
  );
}

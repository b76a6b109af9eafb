import type { Upstream } from './upstream.ts';
import { upstreamStatus } from './upstream-errors.ts';

/**
 * Throws where the upstream is not reached, is busy, or does not know our credentials. Credentials that may not list buckets are fine: they
 * often are for some buckets only.
 */
export async function checkHealth(upstream: Upstream): Promise<void> {
  try {
    await upstream.tell({ method: 'GET', query: { 'max-buckets': 1 }, answerWithinMs: 5000 });
  } catch (error) {
    const isDenied = upstreamStatus(error) === 403 && / 403 AccessDenied/.test(String((error as Error).cause));
    if (!isDenied) throw error;
  }
}

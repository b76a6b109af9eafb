import type { RequestBytes } from './pipeline.ts';

/** Of a request that we make up ourselves. */
export const NO_BODY: RequestBytes = {
  contentLength: undefined,
  isPresent: false,
  stream: async function* () {},
  signal: new AbortController().signal,
};

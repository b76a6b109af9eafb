import type { QueryService } from '../pipeline.ts';

/** The XML namespaces of answers, by service. */
export const NAMESPACES: Readonly<Record<QueryService, string>> = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  latchkey: 'https://latchkey.dev/doc/2026-11-01/',
};

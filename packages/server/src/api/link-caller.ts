import { judgeOf } from '../authorise.ts';
import type { LinkCaller } from '../links/links.ts';
import type { ApiCall } from './operation.ts';

/** The caller of an operation as the links' own code wants it: it asks for what each link needs once it knows its object. */
export function linkCaller({ caller, stores, site }: Pick<ApiCall, 'caller' | 'stores' | 'site'>): LinkCaller {
  return { principal: caller.principal, judge: judgeOf(caller, stores, site) };
}

/** The terms of a link or URL, and what is left of its uses: looked at, and not touched. */
import { admit } from '../admit.ts';
import { linkOf } from '../identity/principals.ts';
import { countedOf, usedUp } from '../links/counted.ts';
import type { Admitted, Authenticated, Stores } from '../pipeline.ts';

export type ExplainedTerms = { readonly admitted: Admitted; readonly explanation: string };

/** Throws what `admit` throws, and AccessDenied where every use is counted. */
export async function explainTerms(request: Authenticated, stores: Stores): Promise<ExplainedTerms> {
  const admitted = await admit(request, stores);
  const counted = countedOf(admitted);
  const used = counted === undefined ? 0 : await stores.uses.used(counted.subject);
  if (counted !== undefined && used >= counted.maxUses) throw usedUp('no-uses-left', counted, used);
  const link = linkOf(request.principal);
  const whose = link === undefined ? 'It' : `It is the link ${link.id} of ${link.createdBy}, which`;
  const limits = admitted.terms === undefined ? 'carries no limit of its own' : 'carries no limit that refuses it';
  const left = counted === undefined ? '' : ` ${used} of its ${counted.maxUses} uses are counted or under way.`;
  return { admitted, explanation: `${whose} ${limits}.${left}` };
}

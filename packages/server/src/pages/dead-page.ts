/** The page of a link that is of no use: why, what to do, and what to tell whoever is asked about it. */
import type { Reply } from '../pipeline.ts';
import { html } from './html.ts';
import { languageOf } from './language.ts';
import { pageReply } from './page.ts';
import { type DeadReason, wordsIn } from './words.ts';

export type DeadPage = {
  readonly status: number;
  readonly why: DeadReason;
  /** S3's own word for it, where S3 said it: for whoever is asked for help. */
  readonly code?: string | undefined;
  readonly requestId: string;
  readonly acceptLanguage: string | undefined;
  /** Further headers, names and values in turn. */
  readonly headers?: readonly string[] | undefined;
};

export function deadPage({ status, why, code, requestId, acceptLanguage, headers }: DeadPage): Reply {
  const language = languageOf(acceptLanguage);
  const words = wordsIn(language);
  const [title, text] = words.dead[why];
  const body = html`<h1>${title}</h1>
<p>${text}</p>
<p class="quiet">${code === undefined ? undefined : html`${code} · `}${words.requestId}: ${requestId}</p>`;
  return pageReply({ status, language, title, body, icon: 'over', headers });
}

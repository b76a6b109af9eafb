/** English, the language that the others translate: one section for each part of the console, each in a file of its own. */
import { audit } from './en/audit.ts';
import { browse } from './en/browse.ts';
import { links, requests } from './en/links.ts';
import { people, policies } from './en/people.ts';
import { search } from './en/search.ts';
import { settings } from './en/settings.ts';
import { share } from './en/share.ts';
import { sessions, shell, signIn } from './en/shell.ts';
import { upload } from './en/upload.ts';

export const en = { shell, signIn, sessions, browse, search, upload, share, links, requests, audit, people, policies, settings };

import { audit } from './de/audit.ts';
import { browse } from './de/browse.ts';
import { links, requests } from './de/links.ts';
import { people, policies } from './de/people.ts';
import { search } from './de/search.ts';
import { settings } from './de/settings.ts';
import { share } from './de/share.ts';
import { sessions, shell, signIn } from './de/shell.ts';
import { upload } from './de/upload.ts';
import type { Words } from './words.ts';

export const de: Words = { shell, signIn, sessions, browse, search, upload, share, links, requests, audit, people, policies, settings };

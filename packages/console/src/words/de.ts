import { browse } from './de/browse.ts';
import { sessions, shell, signIn } from './de/shell.ts';
import { upload } from './de/upload.ts';
import type { Words } from './words.ts';

export const de: Words = { shell, signIn, sessions, browse, upload };

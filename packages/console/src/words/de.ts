import { sessions, shell, signIn } from './de/shell.ts';
import type { Words } from './words.ts';

export const de: Words = { shell, signIn, sessions };

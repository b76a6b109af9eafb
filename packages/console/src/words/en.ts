/** English, the language that the others translate: one section for each part of the console, each in a file of its own. */
import { sessions, shell, signIn } from './en/shell.ts';

export const en = { shell, signIn, sessions };

import { SigningOptionError } from './signing-option-error.ts';

/** Whose signature it is. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials; it travels with every request. */
  readonly sessionToken?: string | undefined;
};

/** Refuses credentials with which nothing can be signed. */
export function checkCredentials(credentials: Credentials): void {
  if (!credentials?.accessKeyId || !credentials.secretAccessKey) {
    throw new SigningOptionError('credentials', 'must have accessKeyId and secretAccessKey.');
  }
}

/** An option that cannot be signed with: says which one, and in a sentence what it must be. Holds no secret. */
export class SigningOptionError extends Error {
  override readonly name = 'SigningOptionError';
  /** The option's name, such as `expiresIn`. */
  declare readonly option: string;

  constructor(option: string, rule: string) {
    super(`${option} ${rule}`);
    this.option = option;
  }
}

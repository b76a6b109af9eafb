/** S3 keeps moments in whole seconds, so that listings and HTTP dates agree. Milliseconds since the epoch, in and out. */
export function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

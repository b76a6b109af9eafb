/** A password to tell somebody: 20 letters and digits that can not be mistaken for each other, in fours; 98 bits. */
export function suggestedPassword(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const letters: string[] = [];
  while (letters.length < LENGTH) {
    // What is beyond the last whole round of the alphabet would make its first letters likelier.
    for (const byte of random(new Uint8Array(LENGTH)))
      if (byte < ALPHABET.length * Math.floor(256 / ALPHABET.length) && letters.length < LENGTH)
        letters.push(ALPHABET[byte % ALPHABET.length] ?? '');
  }
  return letters.join('').match(/.{4}/g)?.join('-') as string;
}

const LENGTH = 20;
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

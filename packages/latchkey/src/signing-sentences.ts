import { SigningOptionError } from '@latchkey/sigv4/signing-option-error';
import { wrongUsage } from './failure.ts';

const FLAG_OF_OPTION: Readonly<Record<string, string>> = {
  expiresIn: '--expires-in',
  endpoint: '--endpoint-url',
  region: '--region',
  style: '--style',
  bucket: 'The bucket',
  key: 'The key',
  headers: '--header',
  query: '--query',
  contentType: '--content-type',
  contentLength: '--content-length',
  downloadAs: '--download-as',
  maxSize: '--max-size',
  minSize: '--min-size',
  maxUses: '--max-uses',
  sourceIp: '--from',
  contentTypes: '--content-types',
};

/** Runs `make`; what the signing library refuses with a sentence about an option becomes one about the flag. */
export function inSentences<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SigningOptionError)) throw error;
    const flag = FLAG_OF_OPTION[error.option];
    throw wrongUsage(flag ? error.message.replace(error.option, flag) : error.message);
  }
}

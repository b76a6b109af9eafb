import { element, type XmlNode } from '@latchkey/s3/xml-writer';
import { timeElement } from '../../query/define-action.ts';
import type { NewCredentials } from '../sessions.ts';

export function credentialsElement({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: NewCredentials): XmlNode {
  return element('Credentials', [
    element('AccessKeyId', accessKeyId),
    element('SecretAccessKey', secretAccessKey),
    element('SessionToken', sessionToken),
    timeElement('Expiration', expiresAt),
  ]);
}

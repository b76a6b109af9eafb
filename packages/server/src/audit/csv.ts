/** Events as rows of a table, for spreadsheets. */
import type { TrailRecord } from './record.ts';

type Cell = string | number | undefined;

const COLUMNS: readonly (readonly [name: string, value: (event: TrailRecord) => Cell])[] = [
  ['time', ({ eventTime }) => eventTime],
  ['service', ({ eventSource }) => eventSource],
  ['event', ({ eventName }) => eventName],
  ['status', ({ additionalEventData }) => additionalEventData.latchkey.status],
  ['error', ({ errorCode }) => errorCode],
  ['bucket', ({ requestParameters }) => textOf(requestParameters?.bucketName)],
  ['key', ({ requestParameters }) => textOf(requestParameters?.key)],
  ['bytes_out', ({ additionalEventData }) => additionalEventData.bytesTransferredOut],
  ['bytes_in', ({ additionalEventData }) => additionalEventData.bytesTransferredIn],
  ['who', ({ userIdentity: { arn, userName, type } }) => arn ?? userName ?? type],
  ['access_key', ({ userIdentity }) => userIdentity.accessKeyId],
  ['address', ({ sourceIPAddress }) => sourceIPAddress],
  ['link', ({ additionalEventData }) => additionalEventData.latchkey.linkId],
  ['signature_hash', ({ additionalEventData }) => additionalEventData.latchkey.signatureHash],
  ['refused_by', ({ additionalEventData }) => additionalEventData.latchkey.decision?.check],
  ['reason', ({ additionalEventData }) => additionalEventData.latchkey.decision?.reason],
  ['uses_before', ({ additionalEventData }) => additionalEventData.latchkey.uses?.before],
  ['uses_max', ({ additionalEventData }) => additionalEventData.latchkey.uses?.max],
  ['user_agent', ({ userAgent }) => userAgent.replace(/^\[(.*)\]$/s, '$1')],
  ['request_id', ({ requestID }) => requestID],
];

export const CSV_HEADER = COLUMNS.map(([name]) => name).join(',');

/** RFC 4180, but for the line end. */
export function csvLine(event: TrailRecord): string {
  return COLUMNS.map(([, value]) => cell(value(event))).join(',');
}

/** A spreadsheet takes what begins like a formula for one, and strangers choose keys and user agents. */
function cell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = value.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
  const harmless = /^\s*[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

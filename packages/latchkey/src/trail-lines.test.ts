import { describe, expect, it } from 'vitest';
import { eventLine, type ShownEvent } from './trail-lines.ts';

const event: ShownEvent = {
  eventTime: '2026-11-22T03:04:05Z',
  eventName: 'GetObject',
  sourceIPAddress: '192.0.2.7',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/ana', userName: 'ana' },
  requestParameters: { bucketName: 'photos', key: 'cat.jpg' },
  additionalEventData: { bytesTransferredIn: 0, bytesTransferredOut: 1234, latchkey: { status: 200 } },
};
const withData = (more: Partial<ShownEvent['additionalEventData']['latchkey']>) => ({
  ...event.additionalEventData,
  latchkey: { ...event.additionalEventData.latchkey, ...more },
});

describe('eventLine', () => {
  it('says when, what, with what result, on what, how much, who and from where', () => {
    expect(eventLine(event)).toBe('2026-11-22T03:04:05Z  GetObject  200  s3://photos/cat.jpg  1234 B  user/ana  192.0.2.7');
  });
  it('says through which link, and why not, where it was refused', () => {
    const decision = { check: 'uses', reason: 'All 3 uses are spent.' };
    const refused = {
      ...event,
      errorCode: 'AccessDenied',
      additionalEventData: withData({ status: 403, linkId: 'LKLNABCDEFGHIJ234567', decision }),
    };
    expect(eventLine(refused)).toMatch(
      /^\S+ {2}GetObject {2}403 AccessDenied {2}.* {2}192\.0\.2\.7 {2}LKLNABCDEFGHIJ234567 {2}\(uses: All 3 uses are spent\.\)$/,
    );
  });
  it('says that an answer was cut off, and counts what came in where nothing went out', () => {
    const cut = { ...event, additionalEventData: { ...withData({ cut: true }), bytesTransferredOut: 10 } };
    expect(eventLine(cut)).toContain('10 B (cut off)');
    const upload = { ...event, additionalEventData: { ...event.additionalEventData, bytesTransferredIn: 99, bytesTransferredOut: 0 } };
    expect(eventLine(upload)).toContain('99 B');
  });
  it.each([
    [{ type: 'AssumedRole', arn: 'arn:aws:sts::123456789012:assumed-role/uploader/s1' }, 'assumed-role/uploader/s1'],
    [{ type: 'Root', arn: 'arn:aws:iam::123456789012:root' }, 'root'],
    [{ type: 'Unknown', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, 'AKIAIOSFODNN7EXAMPLE'],
    [{ type: 'AWSAccount' }, 'AWSAccount'],
  ])('names %j as %s', (userIdentity, name) => {
    expect(eventLine({ ...event, userIdentity })).toContain(`  ${name}  192.0.2.7`);
  });
  it('shows what is about no bucket, and no characters that a terminal obeys', () => {
    expect(eventLine({ ...event, requestParameters: null })).toContain('  -  1234 B');
    const hostile = eventLine({ ...event, requestParameters: { bucketName: 'b', key: 'a\n\u001b[2J\u009b1m\u202etxt.exe\u2028' } });
    expect(hostile).toContain('s3://b/a??[2J?1m?txt.exe?');
  });
});

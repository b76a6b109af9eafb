import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newSigningSecret, signedHeaders } from './signature.ts';

describe('the signature of a message', () => {
  it('is that of the published example of Standard Webhooks', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signedHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', [{ secret }], 1_614_265_330_000);
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
  it('is made with the secret before, too, for as long as that is good', () => {
    const [before, now] = [newSigningSecret(), newSigningSecret()];
    const signing = [{ secret: now }, { secret: before, until: 2000 }];
    const signatures = (at: number) => signedHeaders('id', '{}', signing, at)['webhook-signature'].split(' ');
    expect(signatures(1999)).toHaveLength(2);
    expect(signatures(2000)).toHaveLength(1);
    const key = Buffer.from(now.slice('whsec_'.length), 'base64');
    expect(key).toHaveLength(32);
    expect(signatures(1999)[0]).toBe(`v1,${createHmac('sha256', key).update('id.1.{}').digest('base64')}`);
  });
});

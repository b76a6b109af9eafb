import { describe, expect, it } from 'vitest';
import { parseS3Uri } from './s3-uri.ts';

describe('parseS3Uri', () => {
  it('takes bucket and key apart and decodes nothing', () => {
    expect(parseS3Uri('s3://photos/a b/%41?x#y')).toEqual({ bucket: 'photos', key: 'a b/%41?x#y' });
    expect(parseS3Uri('s3://photos//')).toEqual({ bucket: 'photos', key: '/' });
  });
  it.each(['photos/a', 's3://photos', 's3://photos/', 's3:///a', 'http://photos/a'])('refuses "%s"', (text) => {
    expect(() => parseS3Uri(text)).toThrow('An object is s3://BUCKET/KEY');
  });
});

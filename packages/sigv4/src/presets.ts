import type { AddressingStyle } from './address.ts';

/** Where a service is and how it is addressed, to be spread into the options of `presign`. */
export type Preset = { readonly endpoint: string; readonly region: string; readonly style: AddressingStyle };

/**
 * AWS in a region by its regional host, also for us-east-1. `dualStack` answers on IPv6 too, `fips` uses validated cryptography.
 *
 * @example presign({ ...aws('eu-west-1', { dualStack: true }), bucket, key, credentials, expiresIn: '1h' })
 */
export function aws(region: string, options: { readonly dualStack?: boolean; readonly fips?: boolean } = {}): Preset {
  const service = `s3${options.fips ? '-fips' : ''}${options.dualStack ? '.dualstack' : ''}`;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { endpoint: `https://${service}.${region}.${domain}`, region, style: 'virtual' };
}

/** Cloudflare R2 by account id; `jurisdiction` is 'eu' or 'fedramp' for buckets bound to one. */
export function r2(accountId: string, jurisdiction?: 'eu' | 'fedramp'): Preset {
  const part = jurisdiction === undefined ? '' : `.${jurisdiction}`;
  return { endpoint: `https://${accountId}${part}.r2.cloudflarestorage.com`, region: 'auto', style: 'path' };
}

/** The names of principals and policies as policies write them. Paths begin and end with a slash. */

type Named = { readonly name: string; readonly path: string };

export const rootArn = (accountId: string): string => `arn:aws:iam::${accountId}:root`;
export const userArn = (accountId: string, { path, name }: Named): string => `arn:aws:iam::${accountId}:user${path}${name}`;
export const groupArn = (accountId: string, { path, name }: Named): string => `arn:aws:iam::${accountId}:group${path}${name}`;
export const roleArn = (accountId: string, { path, name }: Named): string => `arn:aws:iam::${accountId}:role${path}${name}`;
export const policyArn = (accountId: string, { path, name }: Named): string => `arn:aws:iam::${accountId}:policy${path}${name}`;
export const sessionArn = (accountId: string, roleName: string, sessionName: string): string =>
  `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
export const oidcProviderArn = (accountId: string, issuer: string): string =>
  `arn:aws:iam::${accountId}:oidc-provider/${issuer.replace(/^https?:\/\//, '')}`;

/** The name at the end of an ARN of that sort in that account; `undefined` for any other text. */
export function nameInArn(arn: string, accountId: string, sort: 'user' | 'group' | 'role' | 'policy'): string | undefined {
  const start = `arn:aws:iam::${accountId}:${sort}/`;
  return arn.startsWith(start) ? arn.slice(arn.lastIndexOf('/') + 1) : undefined;
}

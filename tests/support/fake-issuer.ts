/** An OpenID Connect provider on this machine: whoever comes is signed in at once, as whom the test says; every answer can be made a wrong one. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;
export type Claims = JWTPayload & { readonly nonce?: string };

export type FakeIssuer = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Its public key. */
  jwk: JWK;
  /** What its tokens say. */
  claims: (usual: Claims) => Claims;
  /** Makes a token of claims. */
  token: (claims: Claims) => Promise<string> | string;
  /** Instead of its usual answers, by path. */
  readonly answers: Map<string, Answer>;
  /** How codes were redeemed, one after the other: with which Authorization, and which form. */
  readonly redeemed: { readonly authorization: string | undefined; readonly form: Readonly<Record<string, string>> }[];
  /** What its discovery document says besides the usual. */
  metadata: Readonly<Record<string, unknown>>;
  /** Signs with another key from now on. */
  rotate(): Promise<void>;
  /** What a browser does that is sent to `url`: the code and the state that it is sent back with. */
  visit(url: string): Promise<{ readonly code: string; readonly state: string }>;
  close(): Promise<void>;
};

export async function fakeIssuer(): Promise<FakeIssuer> {
  const codes = new Map<string, URLSearchParams>();
  let made = 0;
  let keys = await generateKeyPair('RS256');
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer.url);
    const other = issuer.answers.get(pathname);
    if (other !== undefined) return other(request, response);
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return json(200, {
          issuer: issuer.url,
          authorization_endpoint: `${issuer.url}/authorize?tenant=a`,
          token_endpoint: `${issuer.url}/token`,
          jwks_uri: `${issuer.url}/keys`,
          ...issuer.metadata,
        });
      case '/keys':
        return json(200, { keys: [issuer.jwk] });
      case '/authorize': {
        made += 1;
        codes.set(`code-${made}`, searchParams);
        const back = new URL(searchParams.get('redirect_uri') ?? '');
        back.search = new URLSearchParams({ code: `code-${made}`, state: searchParams.get('state') ?? '' }).toString();
        return response.writeHead(302, { location: back.href }).end();
      }
      case '/token':
        return void redeem(request).then(([status, value]) => json(status, value));
      default:
        return json(404, {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: FakeIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    jwk: { ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'RS256' },
    claims: (usual) => usual,
    token: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: issuer.jwk.kid ?? '' }).sign(keys.privateKey),
    answers: new Map(),
    redeemed: [],
    metadata: {},
    async rotate() {
      keys = await generateKeyPair('RS256');
      issuer.jwk = { ...(await exportJWK(keys.publicKey)), kid: `${issuer.jwk.kid}-new`, alg: 'RS256' };
    },
    async visit(url) {
      const { headers } = await fetch(url, { redirect: 'manual' });
      const { searchParams } = new URL(headers.get('location') ?? '');
      return { code: searchParams.get('code') ?? '', state: searchParams.get('state') ?? '' };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;

  async function redeem(request: IncomingMessage): Promise<readonly [status: number, value: unknown]> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(pieces).toString()));
    issuer.redeemed.push({ authorization: request.headers.authorization, form });
    const asked = codes.get(form.code ?? '');
    codes.delete(form.code ?? '');
    const challenge = createHash('sha256')
      .update(form.code_verifier ?? '')
      .digest('base64url');
    const isRight =
      form.grant_type === 'authorization_code' &&
      asked?.get('code_challenge_method') === 'S256' &&
      asked.get('code_challenge') === challenge &&
      asked.get('redirect_uri') === form.redirect_uri;
    if (!isRight) return [400, { error: 'invalid_grant', error_description: 'secret of the provider' }];
    const seconds = Math.floor(Date.now() / 1000);
    const usual = {
      iss: issuer.url,
      sub: 'person-1',
      aud: asked.get('client_id') ?? '',
      nonce: asked.get('nonce') ?? '',
      iat: seconds,
      exp: seconds + 300,
    };
    return [200, { token_type: 'Bearer', access_token: 'unused', id_token: await issuer.token(issuer.claims(usual)) }];
  }
}

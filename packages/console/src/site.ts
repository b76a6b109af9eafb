/** What the server writes into the page about itself: where its S3 address is, and how requests to it are signed. */

export type Site = {
  readonly version: string;
  readonly region: string;
  /** The S3 address as this browser reaches it, without a slash at the end. */
  readonly endpoint: string;
  /** The name of the identity provider that people may sign in with, where there is one. */
  readonly signInWith?: string | undefined;
};

export const site: Site = readSite();

function readSite(): Site {
  const content = document.querySelector<HTMLMetaElement>('meta[name="latchkey-site"]')?.content ?? '';
  return JSON.parse(content) as Site;
}

/** Why the signed header `name` may have arrived as `their` when it was signed as `our`; undefined is unknown to us, or not sent. */
export function headerCulprit(name: string, our: string | undefined, their: string | undefined): string {
  if (their === undefined) {
    const dropped = /[^a-z0-9-]/.test(name) ? ' A proxy may have dropped it for its name (nginx: ignore_invalid_headers off).' : '';
    return `The header ${name} was signed but not sent${our === undefined ? '' : `: send it as ${our}`}.${dropped}`;
  }
  if (name === 'host') return hostCulprit(our ?? '', their);
  if (name === 'content-type' && their.startsWith(`${our};`)) {
    return `The HTTP client added to the content-type: it sent ${their}, but ${our} was signed. Set the header explicitly, or sign what the client sends.`;
  }
  return `The header ${name} was sent as ${JSON.stringify(their)}, but signed as ${JSON.stringify(our)}.`;
}

function hostCulprit(our: string, their: string): string {
  const [ourName, theirName] = [our, their].map((host) => host.replace(/:\d+$/, ''));
  if (ourName === theirName) {
    return `The port in Host differs: the URL was signed for ${our}, the server received ${their}. A proxy must pass the Host header on unchanged, with its port (nginx: proxy_set_header Host $http_host).`;
  }
  return `The URL was signed for the host ${our}, but the server received ${their}: a proxy in between rewrote Host. Let it pass the Host header on unchanged (nginx: proxy_set_header Host $http_host), tell the server its public address, or sign for ${their}.`;
}

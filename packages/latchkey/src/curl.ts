/** Commands to copy, for a POSIX shell. */

export type CurlRequest = { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** A curl command for a pre-signed URL. `file` is the local file: what is sent, or where a download goes. */
export function curlCommand({ method, url, headers }: CurlRequest, file: string): string {
  const headerArguments = Object.entries(headers).flatMap(([name, value]) => [
    '-H',
    quote(value === '' ? `${name};` : `${name}: ${value}`),
  ]);
  return ['curl', '--fail', ...methodArguments(method, file), ...headerArguments, quote(url)].join(' ');
}

/** A curl command for a pre-signed POST: the fields in order, the file last, as S3 wants it. */
export function curlFormCommand(url: string, fields: Readonly<Record<string, string>>, file: string): string {
  // --form-string takes a value as it is, while --form gives a leading @ or < a meaning.
  const fieldArguments = Object.entries(fields).flatMap(([name, value]) => ['--form-string', quote(`${name}=${value}`)]);
  return ['curl', '--fail', ...fieldArguments, '--form', quote(`file=@${file}`), quote(url)].join(' ');
}

function methodArguments(method: string, file: string): string[] {
  switch (method) {
    case 'GET':
      return ['--output', quote(file)];
    case 'HEAD':
      return ['--head'];
    case 'PUT':
      return ['--upload-file', quote(file)];
    default:
      return ['--request', method];
  }
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

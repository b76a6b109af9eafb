/** A server's no, whichever of its languages it was said in. */
export class Refusal extends Error {
  readonly status: number;
  /** S3's word for it: `AccessDenied`. */
  readonly code: string;
  readonly requestId: string | undefined;
  /** Which members of the request are wrong: where (`/expiresIn`), and what, in a sentence. */
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];

  constructor(options: Pick<Refusal, 'status' | 'code' | 'message' | 'requestId'> & { readonly errors?: Refusal['errors'] }) {
    super(options.message);
    this.name = 'Refusal';
    this.status = options.status;
    this.code = options.code;
    this.requestId = options.requestId;
    this.errors = options.errors ?? [];
  }

  /** What is wrong with one member, for the field it came from. */
  about(pointer: string): string | undefined {
    return this.errors.find((error) => error.pointer === pointer)?.detail;
  }
}

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Refusal;
}

/** Whether an error is the server's and has one of these codes. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return isRefusal(error) && codes.includes(error.code);
}

/** Reads the refusal out of an answer: a problem of the JSON API, or an error document of S3, IAM or STS. */
export async function refusalOf(answer: Response): Promise<Refusal> {
  const { status, headers } = answer;
  const requestId = headers.get('x-amz-request-id') ?? undefined;
  const text = await answer.text().catch(() => '');
  if (headers.get('content-type')?.startsWith('application/problem+json')) {
    const { code = '', detail = '', errors = [] } = JSON.parse(text) as { code?: string; detail?: string; errors?: Refusal['errors'] };
    return new Refusal({ status, code, message: detail, requestId, errors });
  }
  const tag = (name: string) => new DOMParser().parseFromString(text, 'application/xml').querySelector(`Error > ${name}`)?.textContent;
  // The answer to HEAD has no body to say more.
  const code = (text === '' ? undefined : tag('Code')) ?? BY_STATUS[status] ?? `HTTP ${status}`;
  return new Refusal({ status, code, message: (text === '' ? undefined : tag('Message')) ?? code, requestId });
}

const BY_STATUS: Readonly<Record<number, string>> = {
  403: 'AccessDenied',
  404: 'NotFound',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
};

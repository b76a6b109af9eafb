/** The codes of the JSON API, where neither S3 nor IAM has one. */
export const API_ERRORS = {
  IdempotentParameterMismatch: { status: 409, message: 'The Idempotency-Key was used for another request.' },
  NoSuchResource: { status: 404, message: 'There is nothing at this address.' },
  RequestInProgress: { status: 409, message: 'A request with this Idempotency-Key is still being answered. Please try again.' },
  SessionEnded: { status: 401, message: 'The session is over. Please sign in again.' },
  UnsupportedMediaType: {
    status: 415,
    message: 'The body has to be JSON, sent as Content-Type: application/json without a Content-Encoding.',
  },
} as const;

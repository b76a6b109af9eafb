/** The codes of IAM and STS, where S3 has none: the query APIs that come with the store speak in these. */
export const IAM_ERRORS = {
  ConcurrentModification: {
    status: 409,
    message: 'The request was rejected because multiple requests to change this object were submitted simultaneously.',
  },
  DeleteConflict: { status: 409, message: 'The resource can not be deleted while it is in use.' },
  EntityAlreadyExists: { status: 409, message: 'The resource already exists.' },
  ExpiredTokenException: { status: 400, message: 'The web identity token that was passed is expired or is not valid.' },
  IDPRejectedClaim: { status: 403, message: 'The identity provider was not able to authenticate the requested user.' },
  InvalidAction: { status: 400, message: 'The action or operation requested is invalid.' },
  InvalidClientTokenId: { status: 403, message: 'The security token included in the request is invalid.' },
  InvalidIdentityToken: { status: 400, message: 'The web identity token that was passed could not be validated.' },
  InvalidInput: {
    status: 400,
    message: 'The request was rejected because an invalid or out-of-range value was supplied for an input parameter.',
  },
  InvalidParameterValue: { status: 400, message: 'A parameter has a value that is not valid.' },
  LimitExceeded: { status: 409, message: 'The request would exceed a limit.' },
  MalformedPolicyDocument: { status: 400, message: 'The policy document was malformed.' },
  MissingAction: { status: 400, message: 'The request is missing an action or a required parameter.' },
  MissingAuthenticationToken: { status: 403, message: 'Request is missing Authentication Token' },
  NoSuchEntity: { status: 404, message: 'The resource does not exist.' },
  PackedPolicyTooLarge: { status: 400, message: 'The session policies are too large.' },
  ServiceFailure: { status: 500, message: 'The request processing has failed because of an unknown error, exception or failure.' },
  UnmodifiableEntity: { status: 400, message: 'The resource can not be changed.' },
  ValidationError: { status: 400, message: 'A parameter has a value that is not valid.' },
} as const;

/** An answer that Google gives instead of what was asked for, with its own body. */
export class GoogleError extends Error {
  override name = 'GoogleError';
  readonly status: number;
  readonly reason: string;
  readonly headers: Record<string, string>;

  constructor(status: number, reason: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }

  body() {
    const { status, reason, message } = this;
    const domain = /limit|quota/i.test(reason) ? 'usageLimits' : 'global';
    return {
      error: {
        code: status,
        message,
        errors: [{ message, domain, reason }],
        status: statuses[status] ?? 'UNKNOWN',
      },
    };
  }
}

const statuses: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

export const notFound = () => new GoogleError(404, 'notFound', 'Requested entity was not found.');
export const badRequest = (message: string) => new GoogleError(400, 'badRequest', message);
export const invalidArgument = (message: string) => new GoogleError(400, 'invalidArgument', message);
export const unauthenticated = () =>
  new GoogleError(
    401,
    'authError',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
  );
export const insufficientScopes = () =>
  new GoogleError(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.');

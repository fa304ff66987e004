/** An answer that Google gives instead of what was asked for, with its own body. */
export class GoogleError extends Error {
  override name = 'GoogleError';
  readonly status: number;
  readonly reason: string;
  readonly headers: Record<string, string>;
  readonly googleStatus: string;

  constructor(status: number, reason: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
    this.googleStatus = statuses[status] ?? 'UNKNOWN';
  }

  body() {
    const domain = this.reason.toLowerCase().includes('ratelimit') ? 'usageLimits' : 'global';
    return {
      error: {
        code: this.status,
        message: this.message,
        errors: [{ message: this.message, domain, reason: this.reason }],
        status: this.googleStatus,
      },
    };
  }
}

const statuses: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

export const notFound = () => new GoogleError(404, 'notFound', 'Requested entity was not found.');
export const badRequest = (message: string) => new GoogleError(400, 'badRequest', message);
export const unauthenticated = () =>
  new GoogleError(401, 'authError', 'Request had invalid authentication credentials.');

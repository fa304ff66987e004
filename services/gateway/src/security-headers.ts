/**
 * What the page may load. `strict-dynamic`: a script that carries the nonce may load others, no address may. The page
 * never shows mail itself: that is a document of its own in a sandboxed frame, under `mailFramePolicy`.
 */
export const pagePolicy: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'none'"],
  'script-src': ["'nonce-__NONCE__'", "'strict-dynamic'"],
  'style-src': ["'self'", "'nonce-__NONCE__'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'frame-src': ["'self'"],
  'manifest-src': ["'self'"],
  'worker-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ["'none'"],
  'report-uri': ['/api/csp-reports'],
  'report-to': ['csp'],
};

/** For the document of one mail: nothing runs, nothing is sent, and it has no origin. */
export function mailFramePolicy({ remoteImages }: { remoteImages: boolean }): string {
  return policyText({
    'default-src': ["'none'"],
    'style-src': ["'unsafe-inline'"],
    'img-src': ['data:', ...(remoteImages ? ['https:'] : [])],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'self'"],
    sandbox: ['allow-popups', 'allow-popups-to-escape-sandbox'],
  });
}

/** For what is no page: nothing loads, nothing runs, nobody frames it. It has no scripts, so it needs no nonce. */
const dataPolicy: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** On every answer, errors included. */
const fixedHeaders: Readonly<Record<string, string>> = {
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Permissions-Policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-DNS-Prefetch-Control': 'off',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'Reporting-Endpoints': 'csp="/api/csp-reports"',
};

/** As name, value, name, value …: with the policy of what is no page, which a page replaces. */
export const fixedHead: readonly string[] = [
  ...Object.entries(fixedHeaders).flat(),
  'Content-Security-Policy',
  policyText(dataPolicy),
];

/** The page's policy is joined once; a request only puts its nonce in. */
export function createPagePolicy(): (nonce: string) => string {
  const pieces = policyText(pagePolicy).split('__NONCE__');
  return (nonce) => pieces.join(nonce);
}

function policyText(policy: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(policy)
    .map(([directive, sources]) => [directive, ...sources].join(' '))
    .join('; ');
}

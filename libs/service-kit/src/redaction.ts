export const REDACTED = '[redacted]';

/** Whether a field of this name may hold a secret or mail, however it is spelled (`x-api-key`, `apiKey`). */
export function isPrivateField(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const isPrivate = judge(name);
  if (judged.size < maxJudged) judged.set(name, isPrivate);
  return isPrivate;
}

/** Nearly all names are those in our own log calls, a few hundred; others may come from anywhere. */
const judged = new Map<string, boolean>();
const maxJudged = 1_000;

function judge(name: string): boolean {
  const word = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return privateWords.has(word) || secretParts.some((part) => word.includes(part));
}

const secretParts = [
  'authorization',
  'cookie',
  'token',
  'secret',
  'password',
  'passwd',
  'apikey',
  'credential',
  'privatekey',
];

const privateWords = new Set([
  ...[
    'code',
    'codeverifier',
    'verifier',
    'codechallenge',
    'state',
    'nonce',
    'assertion',
    'session',
    'sessionid',
    'signature',
  ],
  ...[
    'subject',
    'from',
    'to',
    'cc',
    'bcc',
    'replyto',
    'sender',
    'recipient',
    'recipients',
    'deliveredto',
    'envelope',
  ],
  ...[
    'address',
    'addresses',
    'email',
    'emailaddress',
    'emails',
    'mail',
    'loginhint',
    'displayname',
    'filename',
  ],
  ...['body', 'html', 'text', 'snippet', 'raw', 'content', 'headers', 'rawheaders', 'payload', 'query', 'q'],
  ...[
    'config',
    'request',
    'response',
    'databaseurl',
    'redisurl',
    'upstashredisurl',
    'encryptionkeys',
    'tokenencryptionkeys',
  ],
]);

/** Replaces what looks like a token, a password in a URL or a mail address anywhere in a finished line. */
export function withoutSecrets(line: string): string {
  let clean = line;
  for (const [sign, pattern, replacement] of secretShapes) {
    const mayStand = typeof sign === 'string' ? clean.includes(sign) : sign.test(clean);
    if (mayStand) clean = clean.replace(pattern, replacement);
  }
  return clean;
}

// No pattern matches a quote or a backslash, so that the line stays JSON. Where its sign does not stand, a
// pattern cannot match, and looking for that costs next to nothing: almost every line has none.
const secretShapes: [sign: string | RegExp, pattern: RegExp, replacement: string][] = [
  [/\s[\w.~+/=-]/, /\b(Bearer|Basic)(\s+)[\w.~+/=-]{8,}/gi, `$1$2${REDACTED}`],
  ['ya29.', /\bya29\.[\w.-]+/g, REDACTED],
  ['1//0', /\b1\/\/0[\w-]{10,}/g, REDACTED],
  ['eyJ', /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, REDACTED],
  [
    '=',
    /\b([\w-]*(?:token|secret|password|code|code_verifier|assertion|state|key))=[^&\s"'\\]{4,}/gi,
    `$1=${REDACTED}`,
  ],
  ['://', /\b([a-z][a-z0-9+.-]*:\/\/)[^\s"'\\/@]*:[^\s"'\\/@]*@/gi, `$1${REDACTED}@`],
  ['@', /[\p{L}\p{N}.!#$%&*+=?^_`{|}~-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, '[address]'],
];

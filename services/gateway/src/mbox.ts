// A message as a piece of an mbox (RFC 4155, quoted as "mboxrd"), with the headers that Google Takeout adds.

export interface MboxMessage {
  /** As it was sent, with CRLF. */
  raw: Buffer;
  /** Ours, by which an export that was cut goes on. */
  messageId: string;
  /** Gmail's, in hexadecimal. */
  threadId: string;
  receivedAt: Date;
  fromAddress: string;
  /** Names, of the system's labels Gmail's ids. */
  labels: string[];
  isUnread: boolean;
}

const pieceBytes = 1_000_000;

/**
 * Lines end with LF; a line that begins with "From ", however often quoted, gets one more ">". In pieces, between which
 * others have their turn.
 */
export function* mboxPieces({ raw, ...message }: MboxMessage, bytesAtOnce = pieceBytes): Generator<Buffer> {
  yield Buffer.from(`${headOf(message)}\n`, 'latin1');
  for (let start = 0; start < raw.length;) {
    const end = endOfPiece(raw, start, bytesAtOnce);
    const isWithinLine = start > 0 && raw[start - 1] !== lineFeed;
    yield Buffer.from(quoted(raw.toString('latin1', start, end), isWithinLine), 'latin1');
    start = end;
  }
  yield Buffer.from(raw.at(-1) === lineFeed ? '\n' : '\n\n');
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** After a line, or within one that is longer than a piece. */
function endOfPiece(raw: Buffer, start: number, bytesAtOnce: number): number {
  const end = start + bytesAtOnce;
  if (end >= raw.length) return raw.length;
  const line = raw.subarray(start, end).lastIndexOf(lineFeed);
  if (line >= 0) return start + line + 1;
  return raw[end - 1] === carriageReturn ? end - 1 : end;
}

/** One byte, one character: what is no line end passes as it is. A carriage return alone ends no line. */
function quoted(lines: string, isWithinLine: boolean): string {
  return lines
    .replace(/\r\n/g, '\n')
    .replace(/(?<=^|\n)>*From /g, (mark, at: number) => (isWithinLine && at === 0 ? mark : `>${mark}`));
}

function headOf({
  messageId,
  threadId,
  receivedAt,
  fromAddress,
  ...message
}: Omit<MboxMessage, 'raw'>): string {
  return [
    `From ${senderOf(fromAddress)} ${asctime(receivedAt)}`,
    `X-Finito-Id: ${messageId}`,
    `X-GM-THRID: ${BigInt(`0x${threadId}`)}`,
    `X-Gmail-Labels: ${labelsHeader(message)}`,
  ].join('\n');
}

/** `Thu Jan  1 00:00:00 1970`, in UTC. */
function asctime(at: Date): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = at
    .toUTCString()
    .replace(',', '')
    .split(' ');
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}

/** An address is a stranger's text: what would break the line is not repeated. */
function senderOf(address: string): string {
  return /^[\x21-\x7e]{1,254}$/.test(address) ? address : 'MAILER-DAEMON';
}

function labelsHeader({ labels, isUnread }: Pick<MboxMessage, 'labels' | 'isUnread'>): string {
  const names = labels.map((label) => takeoutNames[label] ?? label);
  if (!isUnread) names.push('Opened');
  const list = names.map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', "'")}"` : name)).join(',');
  return encodedWords(list.replace(/[\r\n]+/g, ' '));
}

const takeoutNames: Record<string, string> = {
  ...{ INBOX: 'Inbox', SENT: 'Sent', TRASH: 'Trash', SPAM: 'Spam', DRAFT: 'Drafts', STARRED: 'Starred' },
  ...{ UNREAD: 'Unread', IMPORTANT: 'Important', CATEGORY_PERSONAL: 'Category Personal' },
  ...{ CATEGORY_SOCIAL: 'Category Social', CATEGORY_PROMOTIONS: 'Category Promotions' },
  ...{ CATEGORY_UPDATES: 'Category Updates', CATEGORY_FORUMS: 'Category Forums' },
};

/** Text as a header can carry it (RFC 2047): as it is where it can, else in words of at most 75 characters. */
function encodedWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && text.length < 900) return text;
  const words: string[] = [];
  let word = '';
  for (const letter of text) {
    if (Buffer.byteLength(word + letter) > 45) {
      words.push(word);
      word = '';
    }
    word += letter;
  }
  words.push(word);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join('\n ');
}

export interface Attachment {
  /** Gmail's id for fetching the bytes; null when they came with the message. */
  id: string | null;
  partId: string;
  filename: string;
  mimeType: string;
  size: number;
  contentId: string | null;
  inline: boolean;
}

/** What was wrong with a message, for the reader and for counting. */
export type Flaw =
  /** Parts below 50 levels are not shown. */
  | 'too-deep'
  /** Parts after the first 1,000 are not shown. */
  | 'too-many-parts'
  /** Text after the first 2 MB is not shown. */
  | 'body-cut'
  /** Text in bytes of no charset that its part names, or of none that is known: read as windows-1252. */
  | 'unknown-charset'
  /** Text that is not what its charset allows; what could not be read is marked in it. */
  | 'broken-text'
  /** A multipart without parts, shown as text. */
  | 'broken-multipart'
  /** Outlook packed attachments into a winmail.dat, which only it unpacks. */
  | 'winmail-dat'
  /** The message could not be taken apart at all. */
  | 'unreadable';

export interface Content {
  text: string | null;
  /** As it came: it must be sanitised before anybody sees it. */
  html: string | null;
  attachments: Attachment[];
  flaws: Flaw[];
}

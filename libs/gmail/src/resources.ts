/** Gmail's resources as this client hands them out: what the fields masks ask for and the shape checks prove. */

export interface GmailHeader {
  name: string;
  value: string;
}

export interface GmailMessagePart {
  partId?: string;
  mimeType?: string;
  filename?: string;
  headers?: GmailHeader[];
  body?: { attachmentId?: string; size?: number; data?: string };
  parts?: GmailMessagePart[];
}

export interface GmailMessage {
  id: string;
  threadId: string;
  labelIds?: string[];
  snippet?: string;
  /** uint64 as decimal digits; too large for a number. */
  historyId?: string;
  /** Milliseconds since 1970 as decimal digits. */
  internalDate?: string;
  sizeEstimate?: number;
  /** With `full` and `metadata`. */
  payload?: GmailMessagePart;
  /** With `raw`: the message as base64url. */
  raw?: string;
}

export interface GmailThread {
  id: string;
  historyId?: string;
  messages: GmailMessage[];
}

export interface GmailProfile {
  emailAddress: string;
  messagesTotal: number;
  threadsTotal: number;
  historyId: string;
}

export interface MessagePage {
  messages: { id: string; threadId: string }[];
  nextPageToken?: string;
  resultSizeEstimate?: number;
}

export interface HistoryMessage {
  id: string;
  threadId: string;
  labelIds?: string[];
}

export interface HistoryRecord {
  id: string;
  messagesAdded?: { message: HistoryMessage }[];
  messagesDeleted?: { message: HistoryMessage }[];
  labelsAdded?: { message: HistoryMessage; labelIds: string[] }[];
  labelsRemoved?: { message: HistoryMessage; labelIds: string[] }[];
}

export interface HistoryPage {
  history: HistoryRecord[];
  nextPageToken?: string;
  /** The mailbox's newest position, also on pages that do not reach it: never store it between pages. */
  historyId: string;
}

export interface GmailLabel {
  id: string;
  name: string;
  type?: string;
  messageListVisibility?: string;
  labelListVisibility?: string;
  messagesTotal?: number;
  messagesUnread?: number;
  threadsTotal?: number;
  threadsUnread?: number;
  color?: { textColor?: string; backgroundColor?: string };
}

export interface GmailAttachment {
  size: number;
  /** base64url */
  data: string;
}

export interface WatchReceipt {
  historyId: string;
  /** Milliseconds since 1970 as decimal digits. */
  expiration: string;
}

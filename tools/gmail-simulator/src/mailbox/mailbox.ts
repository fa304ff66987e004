// One account: messages, threads, labels, drafts and the change log, as Gmail keeps them. Every change
// moves the history id by a gap, stamps the message with it, and is written to the log.
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { keep } from './arena.ts';
import { createChangeLog } from './change-log.ts';
import type { HistoryKind } from './change-log.ts';
import type { Operation } from './journal.ts';
import { labelCounts, systemLabels, takeoutLabels } from './labels.ts';
import type { Label, LabelCounts, LabelSettings } from './labels.ts';
import { messageHead } from './message-head.ts';
import type { MessageHead } from './message-head.ts';
import { createMessageOrder } from './message-order.ts';
import { createThreads } from './threads.ts';
import type { ReadyMessage } from './ready-message.ts';

export interface MessageSource {
  raw: Buffer;
  /** Ids of Gmail's own labels; any other name is a label of the user's, made when it is new. */
  labelIds?: string[];
  /** Milliseconds since 1970; default the Date header. */
  internalDate?: number;
}

export interface StoredMessage {
  id: string;
  threadId: string;
  historyId: bigint;
  internalDate: number;
  labelIds: Set<string>;
  size: number;
  head: Pick<MessageHead, 'subject' | 'from' | 'to' | 'messageId'>;
  /** The raw message, deflated. */
  packed: Buffer;
  /** Its JSON, once somebody asked. */
  ready?: ReadyMessage;
  /** Times its content was served; more than once is what a sync should avoid. */
  served: number;
}

export interface DraftSource {
  /** Absent: a new draft. */
  draftId?: string;
  raw: Buffer;
  at: number;
  threadId?: string;
}

export class Mailbox {
  readonly emailAddress: string;
  readonly name: string;
  /** Google's id of the account. */
  readonly subject: string;
  readonly messages = new Map<string, StoredMessage>();
  readonly labels = systemLabels();
  /** Draft id → id of the message that it is now. */
  readonly drafts = new Map<string, string>();
  readonly threads = createThreads();
  readonly order = createMessageOrder();
  readonly log = createChangeLog();
  /** Told of every change once the mailbox is loaded. */
  onOperation: (operation: Operation) => void = () => undefined;
  #added = 0;
  #drafted = 0;
  #labelled = 0;
  #lastDate = 0;
  #counts: { at: bigint; counts: Map<string, LabelCounts> } | undefined;

  constructor({ emailAddress, name }: { emailAddress: string; name: string }) {
    this.emailAddress = emailAddress;
    this.name = name;
    const digest = createHash('sha256').update(emailAddress).digest('hex');
    this.subject = BigInt(`0x${digest.slice(0, 16)}`)
      .toString()
      .padStart(21, '1');
  }

  /** Mail that is there from the start, and no news. */
  load(source: MessageSource): void {
    const message = this.#store(source, undefined);
    message.historyId = this.log.nextId();
  }

  /**
   * Begins the history. Where it begins depends on the mail: a position in another mailbox's history means
   * nothing here, and is answered like one that is too old.
   */
  closeLoading(): void {
    const hash = createHash('sha256');
    for (const id of this.messages.keys()) hash.update(id);
    // Beyond what a JavaScript number holds exactly, as Google reserves the right to.
    const base = 2n ** 53n + (BigInt(`0x${hash.digest('hex').slice(0, 12)}`) << 12n);
    for (const message of this.messages.values()) message.historyId += base;
    this.log.begin(base);
  }

  add(source: MessageSource, { threadId }: { threadId?: string } = {}): StoredMessage {
    const message = this.#store(source, threadId);
    this.#record('messagesAdded', message);
    this.onOperation({
      kind: 'add',
      raw: source.raw.toString('base64'),
      labelIds: [...message.labelIds],
      at: message.internalDate,
      threadId,
    });
    return message;
  }

  changeLabels(ids: readonly string[], add: readonly string[], remove: readonly string[]): void {
    for (const id of ids) {
      const message = this.messages.get(id);
      if (!message) continue;
      const gained = add.filter((label) => !message.labelIds.has(label));
      const lost = remove.filter((label) => message.labelIds.has(label) && !add.includes(label));
      for (const label of gained) message.labelIds.add(label);
      for (const label of lost) message.labelIds.delete(label);
      if (gained.length > 0) this.#record('labelsAdded', message, gained);
      if (lost.length > 0) this.#record('labelsRemoved', message, lost);
    }
    this.onOperation({ kind: 'labels', ids: [...ids], add: [...add], remove: [...remove] });
  }

  remove(id: string): boolean {
    const message = this.messages.get(id);
    if (!message) return false;
    this.#drop(message);
    this.onOperation({ kind: 'remove', id });
    return true;
  }

  /** `undefined`: there is one of that name. */
  createLabel(settings: LabelSettings): Label | undefined {
    if (this.labelNamed(settings.name)) return undefined;
    const label = this.#newLabel(settings);
    this.onOperation({ kind: 'create-label', label: settings });
    return label;
  }

  changeLabel(id: string, settings: Partial<LabelSettings>): Label | undefined {
    const label = this.labels.get(id);
    if (!label) return undefined;
    Object.assign(label, settings);
    this.onOperation({ kind: 'change-label', id, label: settings });
    return label;
  }

  removeLabel(id: string): boolean {
    if (!this.labels.delete(id)) return false;
    for (const message of this.messages.values()) {
      if (message.labelIds.delete(id)) this.#record('labelsRemoved', message, [id]);
    }
    this.onOperation({ kind: 'remove-label', id });
    return true;
  }

  labelNamed(name: string): Label | undefined {
    const wanted = name.toLowerCase();
    for (const label of this.labels.values()) if (label.name.toLowerCase() === wanted) return label;
    return undefined;
  }

  /** A draft that is saved again is another message: Gmail gives it a new id, and the history shows both. */
  saveDraft(draft: DraftSource): { draftId: string; message: StoredMessage } {
    const { raw, at, threadId, draftId = `r${1_000_000 + (this.#drafted += 1) * 7_919}` } = draft;
    const before = this.messages.get(this.drafts.get(draftId) ?? '');
    const thread = threadId ?? before?.threadId;
    const message = this.#store({ raw, labelIds: ['DRAFT'], internalDate: at }, thread);
    this.#record('messagesAdded', message);
    this.drafts.set(draftId, message.id);
    if (before) this.#drop(before);
    this.onOperation({
      kind: 'save-draft',
      draftId: draft.draftId,
      raw: raw.toString('base64'),
      at,
      threadId,
    });
    return { draftId, message };
  }

  removeDraft(draftId: string): boolean {
    const message = this.messages.get(this.drafts.get(draftId) ?? '');
    if (!this.drafts.delete(draftId)) return false;
    if (message) this.#drop(message);
    this.onOperation({ kind: 'remove-draft', draftId });
    return true;
  }

  expireHistory(): void {
    this.log.expire();
    this.onOperation({ kind: 'expire-history' });
  }

  rawOf(message: StoredMessage): Buffer {
    return inflateRawSync(message.packed);
  }

  countsOf(labelId: string): LabelCounts {
    const at = this.log.newestId();
    if (this.#counts?.at !== at) this.#counts = { at, counts: labelCounts(this.messages.values()) };
    return (
      this.#counts.counts.get(labelId) ?? {
        messagesTotal: 0,
        messagesUnread: 0,
        threadsTotal: 0,
        threadsUnread: 0,
      }
    );
  }

  #store(source: MessageSource, threadId: string | undefined): StoredMessage {
    const raw = withCrlf(source.raw);
    const head = messageHead(raw);
    const { subject, from, to, messageId } = head;
    // Mail without a date came when the mail before it came.
    const internalDate = Math.trunc(source.internalDate ?? head.date ?? this.#lastDate);
    this.#lastDate = internalDate;
    this.#added += 1;
    const id = ((BigInt(Math.max(1, internalDate)) << 20n) | BigInt(this.#added & 0xfffff))
      .toString(16)
      .padStart(16, '0');
    const labels =
      source.labelIds ?? (head.gmailLabels === null ? ['INBOX'] : takeoutLabels(head.gmailLabels));
    const message: StoredMessage = {
      id,
      threadId: this.threads.join(id, head, threadId),
      historyId: 0n,
      internalDate,
      labelIds: new Set(labels.map((label) => this.#labelFor(label))),
      size: raw.length,
      head: { subject, from, to, messageId },
      packed: keep(deflateRawSync(raw, { level: 5 })),
      served: 0,
    };
    this.messages.set(id, message);
    this.order.add(id);
    return message;
  }

  #labelFor(nameOrId: string): string {
    if (this.labels.has(nameOrId)) return nameOrId;
    const known = this.labelNamed(nameOrId);
    if (known) return known.id;
    return this.#newLabel({ name: nameOrId }).id;
  }

  #newLabel(settings: LabelSettings): Label {
    const label: Label = { id: `Label_${(this.#labelled += 1)}`, type: 'user', ...settings };
    this.labels.set(label.id, label);
    return label;
  }

  #drop(message: StoredMessage): void {
    this.#record('messagesDeleted', message);
    this.messages.delete(message.id);
    this.order.remove(message.id);
    this.threads.leave(message.threadId, message.id);
    for (const [draftId, messageId] of this.drafts) if (messageId === message.id) this.drafts.delete(draftId);
  }

  #record(kind: HistoryKind, message: StoredMessage, labelIds: string[] = []): void {
    const { id: messageId, threadId } = message;
    message.historyId = this.log.record({ kind, messageId, threadId, labelIds });
  }
}

/** As a mail server keeps it; archives often have bare line feeds. */
function withCrlf(raw: Buffer): Buffer {
  const first = raw.indexOf('\n');
  if (first === -1 || raw[first - 1] === 13) return raw;
  return Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

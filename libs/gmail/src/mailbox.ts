import { getAll, type BatchOptions, type GetAllNeeds } from './get-all.ts';
import { messageRequest, threadRequest, type MessageOptions, type ThreadOptions } from './message-request.ts';
import { get, post } from './requests.ts';
import type {
  GmailAttachment,
  GmailLabel,
  GmailMessage,
  GmailProfile,
  GmailThread,
  HistoryPage,
  MessagePage,
  WatchReceipt,
} from './resources.ts';
import {
  anyShape,
  attachmentShape,
  historyPageShape,
  labelShape,
  labelsShape,
  messagePageShape,
  messageShape,
  profileShape,
  watchShape,
} from './shapes.ts';

export interface ListMessagesOptions {
  q?: string;
  labelIds?: readonly string[];
  includeSpamTrash?: boolean;
  /** 1 to 500, default 500: a page costs the same whatever its size. */
  maxResults?: number;
  pageToken?: string;
}

export type HistoryType = 'messageAdded' | 'messageDeleted' | 'labelAdded' | 'labelRemoved';

export interface ListHistoryOptions {
  startHistoryId: string;
  labelId?: string;
  historyTypes?: readonly HistoryType[];
  /** 1 to 500, default 500. */
  maxResults?: number;
  pageToken?: string;
}

export interface LabelChange {
  addLabelIds?: readonly string[];
  removeLabelIds?: readonly string[];
}

export interface SendOptions {
  /** The whole message as base64url. */
  raw: string;
  threadId?: string;
}

export type GetMessagesOptions = MessageOptions & BatchOptions;
export type GetThreadsOptions = ThreadOptions & BatchOptions;
export type MessageOutcome = { id: string; message: GmailMessage } | { id: string; error: Error };
export type ThreadOutcome = { id: string; thread: GmailThread } | { id: string; error: Error };

export interface WatchOptions {
  topicName: string;
  labelIds?: readonly string[];
  labelFilterBehavior?: 'include' | 'exclude';
}

/**
 * One mailbox's calls. All reject with the classes of `errors.ts`, or with the signal's reason once it aborts.
 * A write that ends in GmailUnavailableError or GmailBadAnswerError may have been carried out.
 */
export interface GmailMailbox {
  getProfile(signal?: AbortSignal): Promise<GmailProfile>;
  listMessages(options: ListMessagesOptions, signal?: AbortSignal): Promise<MessagePage>;
  getMessage(id: string, options?: MessageOptions, signal?: AbortSignal): Promise<GmailMessage>;
  /** One outcome per id, as they arrive, in batches where there are any. Rejects by an abort only. */
  getMessages(
    ids: readonly string[],
    options?: GetMessagesOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<MessageOutcome, void, undefined>;
  getThread(id: string, options?: ThreadOptions, signal?: AbortSignal): Promise<GmailThread>;
  /** As `getMessages`. */
  getThreads(
    ids: readonly string[],
    options?: GetThreadsOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<ThreadOutcome, void, undefined>;
  /** @throws GmailHistoryExpiredError when Gmail no longer knows `startHistoryId`. */
  listHistory(options: ListHistoryOptions, signal?: AbortSignal): Promise<HistoryPage>;
  listLabels(signal?: AbortSignal): Promise<GmailLabel[]>;
  /** One label with its counts, which the list does not have. */
  getLabel(id: string, signal?: AbortSignal): Promise<GmailLabel>;
  getAttachment(messageId: string, attachmentId: string, signal?: AbortSignal): Promise<GmailAttachment>;
  modifyMessage(id: string, change: LabelChange, signal?: AbortSignal): Promise<GmailMessage>;
  /** At most 1,000 ids. */
  batchModify(ids: readonly string[], change: LabelChange, signal?: AbortSignal): Promise<void>;
  trashMessage(id: string, signal?: AbortSignal): Promise<GmailMessage>;
  untrashMessage(id: string, signal?: AbortSignal): Promise<GmailMessage>;
  /** Sent at most once by this call; an unknown outcome is the caller's to resolve. */
  sendMessage(options: SendOptions, signal?: AbortSignal): Promise<GmailMessage>;
  watch(options: WatchOptions, signal?: AbortSignal): Promise<WatchReceipt>;
  stop(signal?: AbortSignal): Promise<void>;
}

const largestPage = 500;
const changeFields = 'message(id,threadId,labelIds)';
const historyFields =
  'nextPageToken,historyId,history(id,' +
  `messagesAdded(${changeFields}),messagesDeleted(${changeFields}),` +
  `labelsAdded(labelIds,${changeFields}),labelsRemoved(labelIds,${changeFields}))`;
const labelFields = 'id,name,type,messageListVisibility,labelListVisibility,color';
const countFields = 'messagesTotal,messagesUnread,threadsTotal,threadsUnread';
const writtenFields = { fields: 'id,threadId,labelIds' };

export function createMailbox(needs: GetAllNeeds): GmailMailbox {
  const { call } = needs.pipeline;
  const id = encodeURIComponent;
  return {
    getProfile: (signal) =>
      call(
        get('getProfile', '/profile', profileShape, {
          fields: 'emailAddress,messagesTotal,threadsTotal,historyId',
        }),
        signal,
      ),
    listMessages: ({ maxResults = largestPage, ...rest }, signal) => {
      const fields = 'nextPageToken,resultSizeEstimate,messages(id,threadId)';
      return call(
        get('messages.list', '/messages', messagePageShape, { ...rest, maxResults, fields }),
        signal,
      );
    },
    getMessage: (messageId, options = {}, signal) => call(messageRequest(messageId, options), signal),
    async *getMessages(ids, options = {}, signal) {
      const reads = ids.map((id) => ({ id, request: messageRequest(id, options) }));
      for await (const outcome of getAll(needs, reads, options, signal)) {
        yield 'error' in outcome ? outcome : { id: outcome.id, message: outcome.found };
      }
    },
    getThread: (threadId, options = {}, signal) => call(threadRequest(threadId, options), signal),
    async *getThreads(ids, options = {}, signal) {
      const reads = ids.map((id) => ({ id, request: threadRequest(id, options) }));
      for await (const outcome of getAll(needs, reads, options, signal)) {
        yield 'error' in outcome ? outcome : { id: outcome.id, thread: outcome.found };
      }
    },
    listHistory: ({ maxResults = largestPage, ...rest }, signal) =>
      call(
        get('history.list', '/history', historyPageShape, { ...rest, maxResults, fields: historyFields }),
        signal,
      ),
    listLabels: async (signal) => {
      const fields = `labels(${labelFields})`;
      return (await call(get('labels.list', '/labels', labelsShape, { fields }), signal)).labels;
    },
    getLabel: (labelId, signal) => {
      const fields = `${labelFields},${countFields}`;
      return call(get('labels.get', `/labels/${id(labelId)}`, labelShape, { fields }), signal);
    },
    getAttachment: (messageId, attachmentId, signal) => {
      const path = `/messages/${id(messageId)}/attachments/${id(attachmentId)}`;
      return call(get('messages.attachments.get', path, attachmentShape, { fields: 'size,data' }), signal);
    },
    ...writes(needs),
  };
}

function writes({ pipeline: { call } }: GetAllNeeds) {
  const onMessage = (
    operation: 'messages.modify' | 'messages.trash' | 'messages.untrash',
    id: string,
    body: LabelChange | undefined,
    signal: AbortSignal | undefined,
  ) => {
    const path = `/messages/${encodeURIComponent(id)}/${operation.slice('messages.'.length)}`;
    return call(post(operation, path, messageShape, body, writtenFields), signal);
  };
  return {
    modifyMessage: (id, change, signal) => onMessage('messages.modify', id, change, signal),
    trashMessage: (id, signal) => onMessage('messages.trash', id, undefined, signal),
    untrashMessage: (id, signal) => onMessage('messages.untrash', id, undefined, signal),
    batchModify: async (ids, change, signal) => {
      await call(post('messages.batchModify', '/messages/batchModify', anyShape, { ids, ...change }), signal);
    },
    sendMessage: (message, signal) =>
      call(post('messages.send', '/messages/send', messageShape, message, writtenFields), signal),
    watch: (options, signal) => call(post('watch', '/watch', watchShape, options), signal),
    stop: async (signal) => {
      await call(post('stop', '/stop', anyShape, undefined), signal);
    },
  } satisfies Partial<GmailMailbox>;
}

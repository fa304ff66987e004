import type { Attachment, EmailContent } from '@finito/api';
import { useState } from 'react';
import { Icon } from '../shared/icon.tsx';
import { flawInWords } from '../words/flaws.ts';
import { inWords } from '../words/progress-words.ts';
import { sizeInWords } from '../words/sizes.ts';

/**
 * The text of a message, in a frame of its own: what is in there has no origin, runs no script and reaches nothing of
 * this page. Links open in tabs of their own.
 */
export function MessageContent({ id, content }: { id: string; content: EmailContent }) {
  const [images, setImages] = useState(false);
  const [isShown, setShown] = useState(false);
  const source = `/api/emails/${encodeURIComponent(id)}/document?images=${images ? 1 : 0}`;
  return (
    <>
      {content.flaws.map((flaw) => (
        <p key={flaw} className="notice">
          <Icon name="warning" />
          {flawInWords(flaw)}
        </p>
      ))}
      {content.remoteImagesBlocked && !images && (
        <div className="notice">
          <Icon name="image" />
          <span>
            Images from elsewhere are not loaded, so that the sender does not learn that you read this.
          </span>
          <button type="button" className="button" onClick={() => setImages(true)}>
            Load them
          </button>
        </div>
      )}
      <Attachments id={id} attachments={content.attachments.filter(({ inline }) => !inline)} />
      <iframe
        // A frame that is led elsewhere would add to the browser's history; a new one does not.
        key={source}
        className={isShown ? 'message-frame' : 'message-frame message-frame-coming'}
        title="Text of the message"
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        src={source}
        onLoad={() => setShown(true)}
      />
    </>
  );
}

function Attachments({ id, attachments }: { id: string; attachments: readonly Attachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul className="attachments" aria-label={inWords(attachments.length, 'attachment')}>
      {attachments.map(({ id: part, filename, mimeType, size }) => (
        <li key={part}>
          <a
            className="attachment"
            href={`/api/emails/${encodeURIComponent(id)}/attachments/${encodeURIComponent(part)}`}
            download={filename}
            title={`Save ${filename} (${mimeType})`}
          >
            <Icon name="clip" />
            <span className="attachment-name">{filename}</span>
            <span className="attachment-size">{sizeInWords(size)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

import { routes } from '@finito/api';
import type { Mailbox, MailboxProgress } from '@finito/api';
import { useState } from 'react';
import { Icon } from '../shared/icon.tsx';
import { useNow } from '../shared/use-now.ts';
import {
  inWords,
  isWorking,
  paceInWords,
  shareDone,
  stateInWords,
  summaryInWords,
  waitInWords,
} from '../words/progress-words.ts';
import { MailboxDetails } from './mailbox-details.tsx';

/** How a mailbox stands, in a line when all is well and with a bar while there is work; more of it on a click. */
export function MailboxStatus({ mailbox, isOnly }: { mailbox: Mailbox; isOnly: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const { progress } = mailbox;
  return (
    <details
      className={`mailbox mailbox-${toneOf(progress)}`}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span className="mailbox-line">
          <span className="mailbox-dot" />
          <span className="mailbox-state">
            {!isOnly && <b>{mailbox.emailAddress} </b>}
            {stateInWords(progress)}
          </span>
          <Figure mailbox={mailbox} />
        </span>
        {isWorking(progress) && <Bar progress={progress} />}
        <Pace progress={progress} />
        {progress.failed > 0 && (
          <span className="mailbox-failed">
            <Icon name="warning" />
            {inWords(progress.failed, 'message')} could not be stored
          </span>
        )}
      </summary>
      {isOpen && <MailboxDetails mailbox={mailbox} />}
      {progress.state === 'reauth' && (
        <a className="button button-primary mailbox-connect" href={routes.startSignIn.path}>
          Connect again
        </a>
      )}
    </details>
  );
}

function Figure({ mailbox }: { mailbox: Mailbox }) {
  const now = useNow(30_000);
  const { progress } = mailbox;
  const words = isWorking(progress)
    ? progress.listed > 0 && `${Math.floor(shareDone(progress) * 100)} %`
    : summaryInWords(mailbox, now);
  return <span className="mailbox-figure">{words}</span>;
}

function Bar({ progress }: { progress: MailboxProgress }) {
  const { listed, stored, gone, failed } = progress;
  const done = stored + gone + failed;
  return (
    <>
      <progress
        className="mailbox-bar"
        aria-label="Messages fetched"
        max={Math.max(1, listed)}
        value={listed > 0 ? done : undefined}
      />
      {listed > 0 && (
        <span className="mailbox-pace">
          {done.toLocaleString('en')} of {inWords(listed, 'message')}
        </span>
      )}
    </>
  );
}

/** How fast it goes or why it does not. While there is work the line stays, so that nothing below it jumps. */
function Pace({ progress }: { progress: MailboxProgress }) {
  const now = useNow(1_000);
  const { waiting } = progress;
  if (waiting !== null) return <span className="mailbox-wait">{waitInWords(waiting, now)}</span>;
  return isWorking(progress) && <span className="mailbox-pace">{paceInWords(progress)}&nbsp;</span>;
}

function toneOf(progress: MailboxProgress): 'good' | 'busy' | 'waiting' | 'bad' {
  if (progress.state === 'reauth') return 'bad';
  if (progress.waiting !== null) return 'waiting';
  return isWorking(progress) ? 'busy' : 'good';
}

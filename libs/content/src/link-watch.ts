import { disguisedHost } from './disguised-host.ts';
import { escapeHtml } from './escape-html.ts';

const maxText = 300;

export interface LinkWatch {
  opened(depth: number, target: URL): void;
  text(data: string): void;
  /** What is to be written behind the link when its text names another host; '' otherwise. */
  closed(depth: number): string;
  isOpen(): boolean;
}

/** Holds what the open link says against where it leads. */
export function createLinkWatch(): LinkWatch {
  let link: { depth: number; target: URL; text: string } | undefined;
  return {
    opened: (depth, target) => void (link = { depth, target, text: '' }),
    text(data) {
      if (link && link.text.length < maxText) link.text += data;
    },
    closed(depth) {
      if (link?.depth !== depth) return '';
      const host = disguisedHost(link.text, link.target);
      link = undefined;
      return host === undefined ? '' : ` <small>[${escapeHtml(host)}]</small>`;
    },
    isOpen: () => link !== undefined,
  };
}

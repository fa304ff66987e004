import type { EmailSummary } from '@finito/api';
import { useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** Keeps what is being read in its place when messages come or go above it. At the very top, new mail shows. */
export function useSteadyScroll(
  scroller: RefObject<HTMLElement | null>,
  items: readonly EmailSummary[],
  rowHeight: number,
): void {
  const before = useRef(items);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = items;
    const element = scroller.current;
    if (!element || old === items || element.scrollTop < rowHeight / 2) return;
    const shown = new Map(items.map(({ id }, index) => [id, index]));
    for (let index = Math.floor(element.scrollTop / rowHeight); index < old.length; index += 1) {
      const now = shown.get(old[index]!.id);
      if (now === undefined) continue;
      if (now !== index) element.scrollTop += (now - index) * rowHeight;
      return;
    }
  }, [scroller, items, rowHeight]);
}

import type { ComponentProps, MouseEvent } from 'react';
import { addressOf } from './place.ts';
import type { Place } from './place.ts';

export interface PlaceLinkProps extends Omit<ComponentProps<'a'>, 'href' | 'onClick'> {
  to: Place;
  /** Goes there within the page. */
  onGo: () => void;
}

/** A real link, so that it can be copied and opened in another tab; a plain click stays in the page. */
export function PlaceLink({ to, onGo, ...rest }: PlaceLinkProps) {
  function click(event: MouseEvent): void {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onGo();
  }
  return <a {...rest} href={addressOf(to)} onClick={click} />;
}

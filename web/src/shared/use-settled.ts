import { useEffect, useState } from 'react';

/** A value once it has stayed the same for a while; `before` until then. */
export function useSettled<T, Before>(value: T, afterMs: number, before: Before): T | Before {
  const [settled, setSettled] = useState<T | Before>(before);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}

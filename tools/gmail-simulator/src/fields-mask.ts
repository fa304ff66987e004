// Google's `fields` parameter: `a,b(c,d/e)`; `*` keeps all. A name that the resource does not have is
// refused, as Google does.
import { badRequest } from './google-error.ts';

/** `null`: the whole field. */
export type Mask = Map<string, Mask | null>;

const parsed = new Map<string, Mask | null>();

/** `null`: no mask. @throws GoogleError when it cannot be read. */
export function maskOf(text: string | null): Mask | null {
  if (text === null || text === '' || text === '*') return null;
  let mask = parsed.get(text);
  if (mask === undefined) {
    mask = parse(text);
    // A client has a handful of masks; one that makes up new ones does not fill the memory.
    if (parsed.size < 1_000) parsed.set(text, mask);
  }
  return mask;
}

/** Whether the mask lets these fields through whole. */
export function covers(mask: Mask | null, names: readonly string[]): boolean {
  return mask === null || mask.has('*') || names.every((name) => mask.get(name) === null);
}

export function applyMask(value: unknown, mask: Mask | null): unknown {
  if (mask === null || mask.has('*')) return value;
  if (Array.isArray(value)) return value.map((item) => applyMask(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  const picked: Record<string, unknown> = {};
  for (const [name, inner] of mask) {
    const child = (value as Record<string, unknown>)[name];
    if (child !== undefined) picked[name] = applyMask(child, inner);
  }
  return picked;
}

function parse(text: string): Mask {
  const tokens = text.match(/[^/,()\s]+|[/,()]/g) ?? [];
  let at = 0;
  const fault = () => badRequest(`Invalid field selection ${text}`);

  function list(): Mask {
    const mask: Mask = new Map();
    for (;;) {
      const [name, inner] = field();
      mask.set(name, merged(mask.get(name), inner));
      if (tokens[at] !== ',') return mask;
      at += 1;
    }
  }

  function field(): [string, Mask | null] {
    const name = tokens[at];
    if (name === undefined || /^[/,()]$/.test(name)) throw fault();
    at += 1;
    if (tokens[at] === '/') {
      at += 1;
      return [name, new Map([field()])];
    }
    if (tokens[at] !== '(') return [name, null];
    at += 1;
    const inner = list();
    if (tokens[at] !== ')') throw fault();
    at += 1;
    return [name, inner];
  }

  const mask = list();
  if (at < tokens.length) throw fault();
  return mask;
}

/** Two selections of one field; the whole of it wins. `undefined`: not selected before. */
function merged(before: Mask | null | undefined, now: Mask | null): Mask | null {
  if (before === undefined) return now;
  if (before === null || now === null) return null;
  const both = new Map(before);
  for (const [name, inner] of now) both.set(name, merged(both.get(name), inner));
  return both;
}

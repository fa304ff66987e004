/** Applies Google's `fields` parameter: `a,b(c,d/e)`; `*` keeps all. Unknown names select nothing. */
export function applyFields(value: unknown, fields: string | null): unknown {
  if (!fields || fields === '*') return value;
  return pick(value, parseMask(fields));
}

type Mask = Map<string, Mask | null>;

function parseMask(text: string): Mask {
  let at = 0;
  function list(): Mask {
    const mask: Mask = new Map();
    while (at < text.length && text[at] !== ')') {
      const start = at;
      while (at < text.length && !'/,()'.includes(text[at]!)) at += 1;
      const name = text.slice(start, at).trim();
      let inner: Mask | null = null;
      if (text[at] === '/') {
        at += 1;
        inner = path();
      } else if (text[at] === '(') {
        at += 1;
        inner = list();
        at += 1;
      }
      const known = mask.get(name);
      mask.set(name, known && inner ? new Map([...known, ...inner]) : inner);
      if (text[at] === ',') at += 1;
    }
    return mask;
  }
  function path(): Mask {
    const start = at;
    while (at < text.length && !'/,()'.includes(text[at]!)) at += 1;
    const name = text.slice(start, at).trim();
    if (text[at] === '/') {
      at += 1;
      return new Map([[name, path()]]);
    }
    if (text[at] === '(') {
      at += 1;
      const inner = list();
      at += 1;
      return new Map([[name, inner]]);
    }
    return new Map([[name, null]]);
  }
  return list();
}

function pick(value: unknown, mask: Mask): unknown {
  if (Array.isArray(value)) return value.map((item) => pick(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  if (mask.has('*')) return value;
  const picked: Record<string, unknown> = {};
  for (const [name, inner] of mask) {
    const child = (value as Record<string, unknown>)[name];
    if (child !== undefined) picked[name] = inner ? pick(child, inner) : child;
  }
  return picked;
}

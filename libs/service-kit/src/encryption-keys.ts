import { env } from './env.ts';
import { z } from 'zod';

/** The setting of sealing keys: `name:base64` of 32 bytes each, separated by commas; the first one seals, all of them open. */
export const encryptionKeys = env.list({ minItems: 1 }).transform((items, context) => {
  const keys = new Map<string, Buffer>();
  for (const item of items) {
    const [name = '', value = ''] = item.split(/:(.*)/s);
    const key = Buffer.from(value, 'base64');
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(name) || key.length !== 32) {
      context.issues.push({
        code: 'custom',
        message: 'is not valid; expected name:key, the key being 32 bytes in base64',
        input: items.length,
      });
      return z.NEVER;
    }
    keys.set(name, key);
  }
  return keys;
});

import { expect, it } from '@jest/globals';
import { profileByName } from '@finito/quota';
import { operations } from '../src/index.ts';

it('prices its calls as the ledger of quota does', () => {
  const { units } = profileByName('2026-05');
  for (const [operation, { units: price }] of Object.entries(operations)) {
    expect([operation, price]).toEqual([
      operation,
      units[(operation === 'batch' ? 'messages.get' : operation) as keyof typeof units],
    ]);
  }
});

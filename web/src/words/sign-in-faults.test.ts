import { expect, it } from '@jest/globals';
import { signInFault } from '@finito/api';
import { signInFaultInWords } from './sign-in-faults.ts';

it('has words for every fault, and for one that it does not know', () => {
  const all = signInFault.options.map((fault) => signInFaultInWords(`?signin=${fault}`));
  expect(new Set(all).size).toBe(signInFault.options.length);
  expect(signInFaultInWords('?signin=<b>')).toBe(signInFaultInWords('?signin=failed'));
});

it('is silent when no sign-in failed', () => {
  expect(signInFaultInWords('')).toBeUndefined();
});

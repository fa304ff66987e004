import { signInFault } from '@finito/api';
import type { SignInFault } from '@finito/api';

const words: Record<SignInFault, string> = {
  denied: 'You did not give your consent, so nothing was connected.',
  expired: 'That took too long, or began in another window. Please try again.',
  scope: 'The permission to read your mail was left out. Please tick it on Google’s page.',
  taken: 'This mailbox is connected by somebody else here.',
  unavailable: 'Google does not answer at the moment. Please try again in a minute.',
  failed: 'Signing in did not work. Please try again.',
};

/** Why the last sign-in failed, from the page's address; undefined when none did. */
export function signInFaultInWords(search: string): string | undefined {
  const given = new URLSearchParams(search).get('signin');
  if (given === null) return undefined;
  const fault = signInFault.safeParse(given);
  return words[fault.success ? fault.data : 'failed'];
}

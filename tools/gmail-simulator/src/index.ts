export { compareWithTruth } from './compare-with-truth.ts';
export type { Comparison, TruthRow } from './compare-with-truth.ts';
export type { Fault } from './faults.ts';
export { loadMailFile } from './load-mail-file.ts';
export type { MessageSource } from './mailbox.ts';
export { sampleMailbox, sampleOwner } from './sample-mailbox.ts';
export type { SampleOptions } from './sample-mailbox.ts';
export { startGmailSimulator } from './start-gmail-simulator.ts';
export type { GmailSimulator, SimulatorAccount, SimulatorOptions } from './start-gmail-simulator.ts';

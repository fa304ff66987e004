// Notifications of a place where code is discussed, in the form that threads-work.ts explains: O
// opened it, C and D comment, R is the mailbox's owner.
export const codeDiscussions = `
# Retry with the server's own delay
O: The client waits a second whatever the server says. This reads \`Retry-After\` in both of its forms and falls back to exponential backoff. / Closes #{issue}.
C: Nice. What happens when the date is in the past?
O: Then it retries at once. I have added a test for it.
D: Could the upper bound be an option? Fifteen minutes is too long for the command line.
O: Good idea, it is \`maxDelay\` now.
C: Approved.
R: Thank you, this was overdue. Merging.
# Crash when the folder name has a slash
O: Steps: create a folder called \`2024/taxes\`, restart. / Expected: it opens. Actual: \`ENOENT\`, and the window stays white.
C: I can reproduce it on Linux, not on macOS.
R: The path is joined before it is escaped. A fix is in #{issue}.
O: Works for me with the nightly build. Thanks for being so quick!
# Document the batch endpoint
O: The batch endpoint is in the changelog but not in the guide. I would write a page if somebody tells me the limits.
R: Fifty calls a request, and each is answered by itself. A page would be wonderful.
O: Here it is, with an example that is tested.
D: Two typos, otherwise lovely.
R: Merged. Welcome to the list of contributors.
# Flaky test: "keeps the order of two uploads"
O: It failed three times this week, always on the slow runner. The log shows that the second upload starts before the first has its id.
C: Then the test has found a bug, and is not flaky at all.
R: You are right. The queue releases the slot one tick too early.
O: With your change: 2,000 runs, no failure.
C: Then let us keep the test and its name.
# Dark mode for the reader
O: Adds a dark theme that follows the system. Messages keep their own colours, only the frame changes.
D: Lovely! The links are hard to read on my screen, though.
O: Lighter now, contrast is 7.1.
C: Could we have it without the animation? It makes me seasick.
O: It respects "reduce motion" now.
R: I have used it for a week. Merging, thank you.
# Bump dependencies
O: Eleven minor updates, one major. The major one drops Node 18, which we dropped in spring.
R: Tests are green, reading the changelogs now.
R: Nothing that touches us. Merged.
`;

export const codeProjects = [
  'harbour/client',
  'harbour/reader',
  'juniper/queue',
  'atlas/tiles',
  'lighthouse/cli',
];

-- What is pending of a thread, found by the thread: a round of fetching looked at every pending message for it. By one
-- expression and not by columns: with stale statistics the planner took an index of (mailbox, state, thread) for as good
-- as that of the positions, used either for the other's work, and read a million rows (libs/db/src/newest-pending.ts).
-- Building it holds back writes to the table for as long as it takes: a second for a million rows (what is stored has
-- left this table).

CREATE INDEX "listed_messages_pending_thread_idx" ON "listed_messages"(("mailbox_id" || ' ' || "thread_id"))
  WHERE "state" = 'pending';

-- What is pending of a thread, found by the thread: a round of fetching looked at every pending message for it.
-- Building it holds back writes to the table for as long as it takes: a second for a million rows (what is stored has
-- left this table).

CREATE INDEX "listed_messages_mailbox_id_state_thread_id_idx" ON "listed_messages"("mailbox_id", "state", "thread_id");

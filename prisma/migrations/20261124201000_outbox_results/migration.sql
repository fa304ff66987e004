-- What became of a sent message, and which mailboxes have changes that are due.

ALTER TABLE "outbox" ADD COLUMN "gmail_id" TEXT;
CREATE INDEX "outbox_state_due_at_idx" ON "outbox"("state", "due_at");

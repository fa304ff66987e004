-- Gmail's watch of a mailbox, and when it last told us something.

ALTER TABLE "mailboxes"
    ADD COLUMN "watch_until" TIMESTAMPTZ(3),
    ADD COLUMN "watch_renew_at" TIMESTAMPTZ(3),
    ADD COLUMN "notified_at" TIMESTAMPTZ(3);
CREATE INDEX "mailboxes_email_address_idx" ON "mailboxes"("email_address");

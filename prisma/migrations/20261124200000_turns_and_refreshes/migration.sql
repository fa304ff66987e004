-- Slices that fail in a row, a lease that somebody waits for, and one refresh of a token at a time.

ALTER TABLE "mailboxes"
    ADD COLUMN "failures" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "lease_wanted" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "refresh_until" TIMESTAMPTZ(3);

-- When a mailbox's messages were last counted row by row, and how many the counters could not account for.
ALTER TABLE mailboxes
  ADD COLUMN counted_at timestamptz(3),
  ADD COLUMN unaccounted integer NOT NULL DEFAULT 0;

-- The newest position that Gmail told of: news that arrives during a slice must not be forgotten with its end.
ALTER TABLE mailboxes ADD COLUMN notified_history_id numeric(20, 0);

-- What a listing covers, when to list anew, and how an operator steers: a pause for all, and weights.
ALTER TABLE mailboxes
  ADD COLUMN lost_histories integer NOT NULL DEFAULT 0,
  ADD COLUMN relist boolean NOT NULL DEFAULT false,
  ADD COLUMN finishes_at timestamptz(3),
  ADD COLUMN weight integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 10);

ALTER TABLE sync_generations
  ADD COLUMN horizon text NOT NULL DEFAULT '',
  ADD COLUMN listed_from timestamptz(3);

-- One row while all syncing is paused, none at other times.
CREATE TABLE fleet_pause (
  id integer PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  since timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

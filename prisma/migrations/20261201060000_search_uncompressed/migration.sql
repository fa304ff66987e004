-- What a message is found by does not get smaller by pglz, in which Postgres would try it all the same: of 10,326
-- messages the table has 40.0 MB either way, and storing one takes 20 to 40 µs less of 570.
ALTER TABLE "emails" ALTER COLUMN "search" SET STORAGE EXTERNAL;

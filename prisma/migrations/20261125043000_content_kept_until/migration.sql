-- Content that was fetched for a reader, and not by the sync, is kept for a while only.
ALTER TABLE "contents" ADD COLUMN "kept_until" TIMESTAMPTZ(3);

-- On each partition by itself: Prisma's language has no index over a part of the rows.
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE INDEX contents_p%s_kept_until_idx ON contents_p%s (kept_until) WHERE kept_until IS NOT NULL', part, part);
    END LOOP;
END $$;

-- Labels are counted when their messages have changed, and not each time that somebody looks.

ALTER TABLE "mailboxes" ADD COLUMN "labels_version" BIGINT NOT NULL DEFAULT 0;

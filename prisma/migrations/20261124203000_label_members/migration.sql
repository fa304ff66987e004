-- The label that a reconcile is reading, page by page: a label of 100,000 messages takes more than one slice.

ALTER TABLE "sync_generations"
    ADD COLUMN "label_id" TEXT,
    ADD COLUMN "label_page_token" TEXT;

CREATE TABLE "label_members" (
    "mailbox_id" TEXT NOT NULL,
    "label_id" TEXT NOT NULL,
    "gmail_id" TEXT NOT NULL,
    CONSTRAINT "label_members_pkey" PRIMARY KEY ("mailbox_id","label_id","gmail_id"),
    CONSTRAINT "label_members_mailbox_id_fkey" FOREIGN KEY ("mailbox_id") REFERENCES "mailboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

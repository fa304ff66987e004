-- Webhooks, and what is to be delivered to them.

CREATE TABLE "webhooks" (
    "id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "events" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "user_id" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "failing_since" TIMESTAMPTZ(3),
    "retry_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "last_delivered_at" TIMESTAMPTZ(3),
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhooks_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "webhooks_user_id_idx" ON "webhooks"("user_id");

CREATE TABLE "webhook_deliveries" (
    "id" BIGSERIAL NOT NULL,
    "webhook_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_status" INTEGER,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),
    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_deliveries_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "webhook_deliveries_state_known" CHECK ("state" IN ('pending', 'delivered', 'failed'))
);
CREATE INDEX "webhook_deliveries_webhook_id_state_due_at_idx" ON "webhook_deliveries"("webhook_id", "state", "due_at");

-- Many statements move a mailbox's state; whichever does, its event is written in the same transaction.
CREATE FUNCTION note_mailbox_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_deliveries (webhook_id, event_id, type, payload)
    SELECT w.id, 'evt_' || replace(gen_random_uuid()::text, '-', ''), 'mailbox-state', jsonb_build_object(
        'mailboxId', NEW.id,
        'state', CASE WHEN NEW.google_subject LIKE 'erased:%' THEN 'disconnected' ELSE NEW.state END,
        'paused', NEW.paused_at IS NOT NULL)
    FROM webhooks w
    WHERE w.disabled_at IS NULL AND 'mailbox-state' = ANY(w.events) AND (w.user_id IS NULL OR w.user_id = NEW.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER "mailboxes_connected" AFTER INSERT ON "mailboxes" FOR EACH ROW EXECUTE FUNCTION note_mailbox_state();
CREATE TRIGGER "mailboxes_state_moved" AFTER UPDATE OF "state", "paused_at", "google_subject" ON "mailboxes" FOR EACH ROW
    WHEN ((OLD.state, OLD.paused_at IS NULL, OLD.google_subject) IS DISTINCT FROM (NEW.state, NEW.paused_at IS NULL, NEW.google_subject))
    EXECUTE FUNCTION note_mailbox_state();

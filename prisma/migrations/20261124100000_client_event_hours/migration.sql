-- What clients told about their calls, by the hour: counts only, kept for a day.

CREATE TABLE "client_event_hours" (
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "born" TEXT NOT NULL,
    "total_events" BIGINT NOT NULL,
    "events_by_type" JSONB NOT NULL,
    "errors_by_operation" JSONB NOT NULL,
    "circuit_breaker_trips" INTEGER NOT NULL,
    "latency_sum_ms" DOUBLE PRECISION NOT NULL,
    "latency_counts" JSONB NOT NULL,
    "unique_sessions" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "client_event_hours_pkey" PRIMARY KEY ("hour","born")
);

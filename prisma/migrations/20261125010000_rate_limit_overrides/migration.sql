-- Rate limits that an operator has changed for a while.

CREATE TABLE "rate_limit_overrides" (
    "id" TEXT NOT NULL,
    "rate_class" TEXT NOT NULL,
    "identity" TEXT NOT NULL DEFAULT '',
    "requests_per_minute" INTEGER NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "rate_limit_overrides_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "rate_limit_overrides_rate_class_identity_key" ON "rate_limit_overrides"("rate_class", "identity");

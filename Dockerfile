# syntax=docker/dockerfile:1
# One image for all services; the command says which: dist/services/<name>/main.js, or migrate for a name.
#
#   docker build -t finito-mail .                          what production runs
#   docker build -t finito-simulator --target simulator .  Gmail for trying it out
#
# The last stage has no shell, no package manager and no compiler: Node and our files. It runs as nobody in
# particular, writes nothing but /tmp, and takes the root read-only. To hold it still, pin both images by digest:
# --build-arg NODE_IMAGE=node@sha256:… --build-arg RUNTIME_IMAGE=gcr.io/distroless/cc-debian12@sha256:…

ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY libs/api/package.json libs/api/
COPY libs/content/package.json libs/content/
COPY libs/db/package.json libs/db/
COPY libs/gmail/package.json libs/gmail/
COPY libs/jobs/package.json libs/jobs/
COPY libs/quota/package.json libs/quota/
COPY libs/service-kit/package.json libs/service-kit/
COPY libs/testing/package.json libs/testing/
COPY services/gateway/package.json services/gateway/
COPY services/gmail-worker/package.json services/gmail-worker/
COPY services/telemetry/package.json services/telemetry/
COPY tools/gmail-simulator/package.json tools/gmail-simulator/
COPY tools/local/package.json tools/local/
COPY tools/operate/package.json tools/operate/
COPY web/package.json web/

# Exactly what the lock file names; nothing of it runs at install.
FROM manifests AS simulator-packages
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund -w tools/gmail-simulator

# The page, each service in one file, and the list of what they are made of.
FROM manifests AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node prisma/generate.ts && npm run build
# The name of a folder ends with the number of the user whose process takes it: here root's, there nobody's.
RUN for folder in dist/compile-cache/*-0; do mv "$folder" "${folder%-0}-65532"; done && chmod -R a+rX dist/compile-cache
RUN npm sbom --package-lock-only --omit=dev --sbom-format=cyclonedx > /tmp/sbom.cdx.json

# The gateway's memory allocator: docs/performance.md tells what it is for.
FROM ${NODE_IMAGE} AS allocator
RUN apt-get update && apt-get install -y --no-install-recommends libjemalloc2=5.3.0-1 \
  && cp /usr/lib/*/libjemalloc.so.2 /usr/local/lib/

FROM ${RUNTIME_IMAGE} AS runtime
LABEL org.opencontainers.image.title="Finito Mail" \
      org.opencontainers.image.description="A self-hosted Gmail backend with a fast web client" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=manifests /usr/local/bin/node /usr/local/bin/node
COPY --from=allocator /usr/local/lib/libjemalloc.so.2 /usr/local/lib/libjemalloc.so.2
ENV NODE_ENV=production \
    ADMIN_HOST=0.0.0.0 \
    MALLOC_ARENA_MAX=1
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "--disable-warning=ExperimentalWarning"]

FROM runtime AS simulator
COPY --from=simulator-packages /app/node_modules node_modules
COPY package.json ./
COPY tools/gmail-simulator tools/gmail-simulator
CMD ["tools/gmail-simulator/src/main.ts", "--host", "0.0.0.0", "--port", "9200", "--time-factor", "60"]
EXPOSE 9200

FROM runtime AS services
COPY --from=build /tmp/sbom.cdx.json /app/sbom.cdx.json
COPY package.json ./
COPY prisma/migrations prisma/migrations
COPY --from=build /app/dist dist
COPY --from=build /app/web/dist web/dist
ENV PORT=3001 \
    NODE_COMPILE_CACHE=/app/dist/compile-cache
EXPOSE 3001 9101 9102 9103
# Whoever runs the container names the service's admin port; Kubernetes asks it by itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["/usr/local/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.ADMIN_PORT ?? 9101}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["--max-semi-space-size=16", "--heap-growing-percent=50", "--no-parallel-scavenge", "dist/services/gateway/main.js"]

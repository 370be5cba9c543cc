# syntax=docker/dockerfile:1
# One image for the four services and the two stand-ins; compose and Helm choose by the command.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/npm-cache npm ci --cache /npm-cache --no-audit --no-fund
RUN node_modules/.bin/tsc -b \
    apps/settings-api/tsconfig.build.json \
    apps/call-ingest/tsconfig.build.json \
    apps/decision-engine/tsconfig.build.json \
    apps/amocrm-writer/tsconfig.build.json \
    apps/amocrm-emulator/tsconfig.build.json \
    apps/pbx-simulator/tsconfig.build.json \
 && cd apps/settings-web && node ../../node_modules/vite/bin/vite.js build
# What runs, without compilers and test tools. No package that runs has an install script.
RUN --mount=type=cache,target=/npm-cache npm ci --cache /npm-cache --no-audit --no-fund --omit=dev --ignore-scripts \
    --workspace=apps/settings-api \
    --workspace=apps/call-ingest \
    --workspace=apps/decision-engine \
    --workspace=apps/amocrm-writer \
    --workspace=apps/amocrm-emulator \
    --workspace=apps/pbx-simulator

FROM node:24.21.0-bookworm-slim AS run
ENV NODE_ENV=production
# kafkajs computes a negative wait now and then, which Node 24 warns of.
ENV NODE_OPTIONS="--disable-warning=TimeoutNegativeWarning --enable-source-maps"
WORKDIR /app
COPY --from=build --chown=root:root /app/package.json ./package.json
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/libs ./libs
COPY --from=build --chown=root:root /app/apps ./apps
USER node
EXPOSE 3000 3001 3002 3003 3010
# Which port answers depends on the service: the variable says it, and a health check without it must not pass.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch(process.env.HEALTH_URL).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/settings-api/dist/main.js"]

# Firstline in production: `serve` on port 3000. Needs DATABASE_URL (Postgres with pgvector), FIRSTLINE_MASTER_KEY and the
# credentials of a channel; see docs/operations.md. Runs as it is with --read-only: only /data is written, and only without a
# database of one's own.
FROM node:24-bookworm-slim

ENV NODE_ENV=production FIRSTLINE_DATA_DIR=/data
WORKDIR /app
RUN install -d -o node -g node /data

# Dependencies first: they change seldom, and their layer is kept.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

COPY config ./config
COPY prompts ./prompts
COPY migrations ./migrations
COPY channels ./channels
COPY src ./src

USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "src/main.ts", "serve"]

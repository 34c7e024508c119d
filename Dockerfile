# Build: docker build -t unclip-studio .
# Run:   docker run -p 8420:8420 -e UNCLIP_TOKEN=$(openssl rand -base64 32) -v unclip-data:/data unclip-studio
# Then open http://127.0.0.1:8420/#t=TOKEN. No build of this file has been tried yet.

FROM node:24-slim AS build
WORKDIR /app
ENV ONNXRUNTIME_NODE_INSTALL_CUDA=skip
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml tsconfig.json tsconfig.base.json ./
COPY packages packages
RUN npx -y pnpm@12.21.0 install --frozen-lockfile --ignore-scripts
RUN npx tsc --build packages/server
# Built only where there is an editor to build; the server has a page of its own otherwise.
RUN cd packages/editor && npm run build --if-present
# What runs needs no compilers and no test tools.
RUN npx -y pnpm@12.21.0 install --frozen-lockfile --ignore-scripts --prod

FROM node:24-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY package.json ./
COPY models models
COPY workflows workflows
RUN mkdir /data /store && chown 1000:1000 /data /store
VOLUME /data
USER 1000:1000
EXPOSE 8420
# Health means "can take work", so an orchestrator may route by it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8420/api/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "packages/server/bin/unclip.mjs"]
# Refuses to start without UNCLIP_TOKEN, because it can be reached from outside.
CMD ["serve", "--host", "0.0.0.0", "--port", "8420", "--data-dir", "/data"]

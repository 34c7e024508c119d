# Build: docker build -t unclip-studio .
# Run:   docker run --read-only --tmpfs /tmp -p 127.0.0.1:8420:8420 -e UNCLIP_TOKEN=$(openssl rand -base64 32) -v unclip-data:/data unclip-studio
# Then open http://127.0.0.1:8420/#t=TOKEN. Models of your own: -v /path/to/models:/models:ro.

FROM node:24-slim AS build
WORKDIR /src
COPY . .
RUN npx -y pnpm@12.21.0 install --frozen-lockfile --ignore-scripts
# The image holds what users of the npm package install: bundles, the page, a small model, and no development tools.
RUN npm run pack -- --out /pack
WORKDIR /app
RUN echo '{ "name": "unclip-studio-image", "version": "1.0.0", "private": true }' > package.json && npm install --ignore-scripts --no-audit --no-fund /pack/unclip-studio-*.tgz
# The package has ONNX Runtime for Linux on x64; elsewhere its own package is installed, with the files of this platform alone.
RUN if [ "$(uname -m)" != x86_64 ]; then \
      npm install --ignore-scripts --no-audit --no-fund "onnxruntime-node@$(node -p "require('unclip-studio/package.json').peerDependencies['onnxruntime-node']")" \
      && rm -rf node_modules/onnxruntime-node/bin/napi-v6/darwin node_modules/onnxruntime-node/bin/napi-v6/win32 node_modules/onnxruntime-node/bin/napi-v6/linux/x64; \
    fi
# What is installed, and what is bundled into it.
RUN npm sbom --sbom-format cyclonedx > sbom.cdx.json
RUN cd /src && npx -y pnpm@12.21.0 --filter @unclip-studio/server --filter @unclip-studio/editor \
      sbom --prod --sbom-format cyclonedx --sbom-type application --out /app/sbom-bundled.cdx.json

FROM node:24-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /app
RUN mkdir /data /models /store && chown 1000:1000 /data /store
# Everything that is written goes there or to /tmp, so the rest may be read-only: what is kept, downloaded models, caches.
ENV NODE_ENV=production HOME=/data
VOLUME /data
USER 1000:1000
EXPOSE 8420
# Health means "can take work", so an orchestrator may route by it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8420/api/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "/app/node_modules/unclip-studio/bin/unclip.js"]
# Refuses to start without UNCLIP_TOKEN, because it can be reached from outside.
CMD ["serve", "--host", "0.0.0.0", "--port", "8420", "--data-dir", "/data", "--models", "/models"]

# syntax=docker/dockerfile:1.7
# Jebi as a container. For both kinds of machine at once:
#
#   docker buildx build --platform linux/amd64,linux/arm64 -t registry.example.com/jebi:0.1.0 --push .
#
# Each platform is built on itself (emulated where the builder has none): the C parts, SQLite and aws-lc, need no cross compiler then.
# The program links glibc only, and the image it runs in has the glibc it was built with: both are Debian 12.

FROM rust:1.95.0-slim-bookworm AS build
# A C compiler and a linker; the slim image has gcc, aws-lc-sys and SQLite are C.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# Such as sentry: docker build --build-arg FEATURES=sentry .
ARG FEATURES=""
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,sharing=private \
    cargo build --release --locked --features "${FEATURES}" && install -D -m 0755 target/release/jebi /out/jebi
# Made here, for the image below has no shell. A new volume at /data takes its owner and mode from it.
RUN install -d -m 0700 /out/owned/data && install -d -m 0755 /out/etc

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/jebi /usr/local/bin/jebi
COPY --from=build --chown=65532:65532 /out/owned/ /
# jebi.toml and .env are read from the working directory.
COPY --from=build /out/etc /etc/jebi
WORKDIR /etc/jebi
USER 65532:65532
# The embedded store. With PostgreSQL (docs/DEPLOY.md) nothing is kept here, and the volume may be left out.
ENV SERVER_HOST=0.0.0.0 SERVER_PORT=3000 DATABASE_URL=sqlite:///data/jebi.db
VOLUME /data
EXPOSE 3000
# The program asks its own /ready; there is no shell and no curl here.
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["/usr/local/bin/jebi", "ready"]
# Give it more than JEBI_STOP_GRACE_SECONDS: docker stop --time 40
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/jebi"]
CMD ["serve"]

# A static program in an empty image: docker run --rm --network none --read-only -v "$PWD:/work:ro" trailwarden scan
FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base cmake perl linux-headers ca-certificates
WORKDIR /build
COPY . .
RUN cargo build --release --locked --bin trailwarden \
    && mkdir -p /image/etc/ssl/certs /image/usr/bin /image/work \
    && cp target/release/trailwarden /image/usr/bin/trailwarden \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ca-certificates.crt

FROM scratch
LABEL org.opencontainers.image.title="Trailwarden" \
      org.opencontainers.image.description="Tells whether an AWS CloudTrail audit trail can be trusted" \
      org.opencontainers.image.source="https://github.com/trailwarden/trailwarden" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /image/ /
# Live scans speak TLS.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/usr/bin/trailwarden"]
CMD ["--help"]

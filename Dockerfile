# Bureau as an image: one static binary, no shell, no root.
#
# Both base images are pinned by version and not by digest; where images are
# built for others, pin them by the digests that your registry reports.

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/bureau ./cmd/bureau
# A volume takes the owner of the folder that it is first mounted on.
RUN mkdir -p /out/data

# distroless has the certificates of public authorities and time zones, and the
# user nonroot (65532).
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/bureau /bureau
COPY --from=build --chown=65532:65532 /out/data /data
COPY --chown=65532:65532 examples /examples
USER 65532:65532
VOLUME /data
EXPOSE 8080
# --probe asks the server on this machine whether it is ready, and nothing else.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["/bureau", "doctor", "--probe"]
# The configuration is mounted; compose.yaml shows the sample company instead.
ENTRYPOINT ["/bureau"]
CMD ["serve", "--config", "/config/bureau.yaml", "--listen", "0.0.0.0:8080", "--data", "/data"]

# A static binary on an empty base, as a user without rights. Nothing but /data is written, so that the root may be
# read-only; the program keeps no temporary files. The build needs the two base images and the Go module proxy.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -tags nomsgpack -ldflags "-s -w" -o /shiming . && mkdir /data

# Certificates, time zones and a passwd with uid 65532; no shell.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /shiming /shiming
COPY --from=build --chown=65532:65532 /data /data
COPY config.yaml /config.yaml
ENV SHIMING_STORE_DSN=sqlite:/data/shiming.db SHIMING_SECURITY_KEYSET_FILE=/data/keyset.json
# A number, since Kubernetes' runAsNonRoot cannot look up a name.
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/shiming", "health", "--config", "/config.yaml"]
ENTRYPOINT ["/shiming"]
CMD ["serve", "--config", "/config.yaml"]

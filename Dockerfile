# A static binary on an empty base, as a user without rights. Nothing but /data is written, so that the root may be
# read-only; the program keeps no temporary files. The build needs two images and a Go module proxy. Each can be replaced
# with --build-arg where a network does not reach it. BASE_IMAGE may be any image, such as alpine or busybox.
ARG GO_IMAGE=golang:1.26.8-bookworm
ARG BASE_IMAGE=gcr.io/distroless/static-debian12:nonroot

FROM ${GO_IMAGE} AS build
ARG GOPROXY=https://proxy.golang.org,direct
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -tags nomsgpack -ldflags "-s -w" -o /shiming . && mkdir /data

# The default base has no shell. The certificates are copied because another base may have none.
FROM ${BASE_IMAGE}
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
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

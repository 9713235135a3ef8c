# A static binary on an empty base, as a user without rights. Data and keys live in /data.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -tags nomsgpack -ldflags "-s -w" -o /shiming . && mkdir /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /shiming /shiming
COPY --from=build --chown=nonroot:nonroot /data /data
COPY config.yaml /config.yaml
ENV SHIMING_STORE_DSN=sqlite:/data/shiming.db SHIMING_SECURITY_KEYSET_FILE=/data/keyset.json
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/shiming", "health", "--config", "/config.yaml"]
ENTRYPOINT ["/shiming"]
CMD ["serve", "--config", "/config.yaml"]

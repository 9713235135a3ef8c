-- +goose Up
-- How often what a platform sent differed from its published page, by what differed: names of fields and codes, never
-- values. first_ms and last_ms are the first and the latest time.
CREATE TABLE surprises (
    upstream  TEXT   NOT NULL,
    operation TEXT   NOT NULL,
    what      TEXT   NOT NULL,
    n         BIGINT NOT NULL,
    first_ms  BIGINT NOT NULL,
    last_ms   BIGINT NOT NULL,
    PRIMARY KEY (upstream, operation, what)
) WITHOUT ROWID;

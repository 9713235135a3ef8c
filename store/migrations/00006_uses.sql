-- +goose Up
-- What a person may do only so often, across cases and instances: key is a keyed hash of who or what
-- is limited, id the act (case and sequence number). Kept for two days.
CREATE TABLE uses (
    key   TEXT   NOT NULL,
    id    TEXT   NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (key, id)
) WITHOUT ROWID;
CREATE INDEX uses_at ON uses (at_ms);

-- +goose Up

-- Calls of an exact limit are numbered: the number of the one booked last.
ALTER TABLE rate_limits ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;

-- When the latest calls of an exact limit left, by the database's clock: planned at first, corrected
-- when a call left late.
CREATE TABLE rate_marks (
    key   TEXT   NOT NULL,
    seq   BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (key, seq)
) WITHOUT ROWID;

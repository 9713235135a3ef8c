-- +goose Up
-- Above sent while the message of that generation may have been sent and nobody has the answer.
ALTER TABLE surfaces ADD COLUMN posting BIGINT NOT NULL DEFAULT 0;

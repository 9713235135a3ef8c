-- +goose Up
-- The epoch whose hashing key made mac. 0: a version that noted none.
ALTER TABLE audit_heads ADD COLUMN mac_epoch BIGINT NOT NULL DEFAULT 0;

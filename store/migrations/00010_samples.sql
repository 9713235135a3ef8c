-- +goose Up
-- The cases that the policy has approved without HR, and those of them that were drawn for a look afterwards. sample: 0
-- not drawn, 1 drawn, 2 done and nobody has looked yet, 3 looked at and fine, 4 looked at and something is wrong.
ALTER TABLE cases ADD COLUMN by_policy BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN sample BIGINT NOT NULL DEFAULT 0;

CREATE INDEX cases_sample ON cases (tenant_key, entered_ms, id) WHERE sample = 2;

ALTER TABLE day_counts ADD COLUMN by_policy BIGINT NOT NULL DEFAULT 0;
ALTER TABLE day_counts ADD COLUMN sampled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE day_counts ADD COLUMN looked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE day_counts ADD COLUMN faults BIGINT NOT NULL DEFAULT 0;

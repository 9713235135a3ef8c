-- +goose Up
-- 1 while something about a case that waits for HR is known from data alone: an admin reads it or was handed it, has put
-- it aside, or has approved it as the first of two. Sampled cases that wait for a look count as well.
ALTER TABLE cases ADD COLUMN in_hand BIGINT NOT NULL DEFAULT 0;
UPDATE cases
SET in_hand = 1
WHERE state IN ('awaiting_review', 'needs_attention')
  AND (data LIKE '%"assigned":{%' OR data LIKE '%"on_hold":{%' OR data LIKE '%"first_approval":{%');
UPDATE cases SET in_hand = 1 WHERE sample = 2 AND data LIKE '%"assigned":{%';
CREATE INDEX cases_in_hand ON cases (tenant_key, entered_ms, id) WHERE in_hand = 1;

-- HR's queue in its order, for pages, and by what it is counted by. Both indexes hold all columns that decide.
DROP INDEX cases_waiting;
CREATE INDEX cases_queue_parts
ON cases (tenant_key, state, risk, department, in_hand, entered_ms, open_id)
WHERE state IN ('awaiting_review', 'needs_attention');
CREATE INDEX cases_queue ON cases (tenant_key, state, entered_ms, id, risk, department, in_hand, open_id)
WHERE state IN ('awaiting_review', 'needs_attention');

-- +goose Up
-- 1 once the personal data of a case is deleted. The daily deletion looks at the others only.
ALTER TABLE cases ADD COLUMN erased BIGINT NOT NULL DEFAULT 0;
UPDATE cases SET erased = 1 WHERE data LIKE '%"erased":"%';
CREATE INDEX cases_kept ON cases (tenant_key, state, entered_ms, id) WHERE live = 0 AND erased = 0;
CREATE INDEX cases_kept_person ON cases (tenant_key, open_id) WHERE erased = 0;

-- What was deleted of which case, by which rule and when. It holds nothing personal. proof is the hash of the row of the
-- audit chain that says so.
CREATE TABLE deletions (
    case_id    TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    tenant_key TEXT   NOT NULL,
    rule       TEXT   NOT NULL,
    at_ms      BIGINT NOT NULL,
    pictures   BIGINT NOT NULL,
    proof      BLOB   NOT NULL,
    PRIMARY KEY (case_id, scope)
) WITHOUT ROWID;
CREATE INDEX deletions_at ON deletions (tenant_key, at_ms, case_id);
CREATE INDEX deletions_all ON deletions (at_ms, case_id, scope);

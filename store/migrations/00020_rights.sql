-- +goose Up
-- Requests of people about their own data, with the legal deadline. sealed holds the words of the person and of HR; it
-- is deleted with the fields of the person's cases. The rest names nobody, and is never deleted.
CREATE TABLE data_requests (
    id         TEXT   PRIMARY KEY,
    tenant_key TEXT   NOT NULL,
    open_id    TEXT   NOT NULL,
    case_id    TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    asked_ms   BIGINT NOT NULL,
    due_ms     BIGINT NOT NULL,
    ended_ms   BIGINT NOT NULL DEFAULT 0,
    ended_by   TEXT   NOT NULL DEFAULT '',
    sealed     BLOB
);
CREATE INDEX data_requests_person ON data_requests (tenant_key, open_id, asked_ms, id);
CREATE INDEX data_requests_open ON data_requests (tenant_key, due_ms, id) WHERE state = 'open';
CREATE INDEX data_requests_asked ON data_requests (tenant_key, asked_ms);

-- The request that a file answers, "" for HR's lists.
ALTER TABLE exports ADD COLUMN request TEXT NOT NULL DEFAULT '';

-- The daily heads over the ends of the audit chains of a tenant; see store/audit_publish.go. Each head covers the head
-- before it and the ends of the chains that have grown since.
CREATE TABLE published_heads (
    tenant_key TEXT   NOT NULL,
    day        TEXT   NOT NULL,              -- 2006-01-02, Asia/Shanghai
    previous   BLOB   NOT NULL,
    hash       BLOB   NOT NULL,
    chains     BIGINT NOT NULL,              -- chains in this head
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (tenant_key, day)
);
CREATE TABLE published_ends (
    tenant_key TEXT   NOT NULL,
    day        TEXT   NOT NULL,
    case_id    TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    hash       BLOB   NOT NULL,
    PRIMARY KEY (tenant_key, day, case_id)
);
CREATE INDEX published_ends_case ON published_ends (case_id, seq);
CREATE INDEX audit_at ON audit (at_ms, case_id);

-- +goose Up
-- The ledger of exported lists: who asked for which people and when, how many there were, and the hash of the file. The
-- audit chains of the listed cases name the export. Rows are never deleted; they name nobody.
CREATE TABLE exports (
    id         TEXT   PRIMARY KEY,
    tenant_key TEXT   NOT NULL,
    asked_by   TEXT   NOT NULL,
    asked_ms   BIGINT NOT NULL,
    people     TEXT   NOT NULL,
    department TEXT   NOT NULL,
    campaign   TEXT   NOT NULL DEFAULT '',
    language   TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    people_n   BIGINT NOT NULL DEFAULT 0,
    bytes      BIGINT NOT NULL DEFAULT 0,
    sha256     TEXT   NOT NULL DEFAULT '',
    file_key   TEXT   NOT NULL DEFAULT '',
    sending_ms BIGINT NOT NULL DEFAULT 0,
    message_id TEXT   NOT NULL DEFAULT '',
    sent_ms    BIGINT NOT NULL DEFAULT 0,
    code       TEXT   NOT NULL DEFAULT ''
);

CREATE INDEX exports_asked ON exports (tenant_key, asked_by, asked_ms);

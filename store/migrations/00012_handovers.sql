-- +goose Up
-- What follows evidence points and is not done: notifications of another system (kind handover), signing accounts
-- (kind account). The cases hold the same; a row is written with its case and deleted when it is done.
CREATE TABLE handovers (
    case_id    TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    tenant_key TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    since_ms   BIGINT NOT NULL,
    next_ms    BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    code       TEXT   NOT NULL,
    PRIMARY KEY (case_id, kind)
);

CREATE INDEX handovers_waiting ON handovers (kind, state, since_ms, case_id);

-- +goose Up
-- What Feishu's directory has said about people's employment: who has joined and waits for an invitation, who has left,
-- whose account is suspended. Times are Unix milliseconds, 0 for never. It holds nothing personal but ids.
CREATE TABLE employments (
    tenant_key   TEXT   NOT NULL,
    open_id      TEXT   NOT NULL,
    joined_ms    BIGINT NOT NULL,
    left_ms      BIGINT NOT NULL,
    suspended_ms BIGINT NOT NULL,
    joiner       TEXT   NOT NULL,
    invite_ms    BIGINT NOT NULL,
    name_check   TEXT   NOT NULL,
    presence_ms  BIGINT NOT NULL,
    status_ms    BIGINT NOT NULL,
    PRIMARY KEY (tenant_key, open_id)
) WITHOUT ROWID;

CREATE INDEX employments_joiner ON employments (tenant_key, joiner, invite_ms, open_id) WHERE joiner <> '';
CREATE INDEX employments_joined ON employments (tenant_key, joined_ms) WHERE joined_ms > 0;
CREATE INDEX employments_left   ON employments (tenant_key, left_ms) WHERE left_ms > 0;

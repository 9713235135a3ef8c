-- +goose Up
-- Campaigns ask many people to register. data is flows.Campaign as JSON, nothing personal besides open_ids.
CREATE TABLE campaigns (
    id         TEXT   PRIMARY KEY,
    tenant_key TEXT   NOT NULL,
    target_key TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    live       BIGINT NOT NULL,            -- 1 while the campaign may still change
    version    BIGINT NOT NULL,
    made_ms    BIGINT NOT NULL,
    closed_ms  BIGINT NOT NULL DEFAULT 0,  -- when live became 0
    data       TEXT   NOT NULL
);
-- Of two who start the same at once, the second finds the campaign of the first.
CREATE UNIQUE INDEX campaigns_one_live ON campaigns (tenant_key, target_key) WHERE live = 1;
CREATE INDEX campaigns_of ON campaigns (tenant_key, made_ms, id);
CREATE INDEX campaigns_closed ON campaigns (closed_ms, id) WHERE closed_ms > 0;

CREATE TABLE campaign_people (
    campaign_id  TEXT   NOT NULL,
    open_id      TEXT   NOT NULL,
    tenant_key   TEXT   NOT NULL,
    department   TEXT   NOT NULL,
    status       TEXT   NOT NULL,
    code         TEXT   NOT NULL,
    live         BIGINT NOT NULL,            -- that of the campaign
    queued_ms    BIGINT NOT NULL DEFAULT 0,
    sending_ms   BIGINT NOT NULL DEFAULT 0,
    sent_ms      BIGINT NOT NULL DEFAULT 0,
    message_id   TEXT   NOT NULL DEFAULT '',
    read_ms      BIGINT NOT NULL DEFAULT 0,
    started_ms   BIGINT NOT NULL DEFAULT 0,
    submitted_ms BIGINT NOT NULL DEFAULT 0,
    done_ms      BIGINT NOT NULL DEFAULT 0,
    chases       BIGINT NOT NULL DEFAULT 0,
    chased_ms    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, open_id)
) WITHOUT ROWID;
CREATE INDEX campaign_people_person ON campaign_people (tenant_key, open_id);
CREATE INDEX campaign_people_next ON campaign_people (campaign_id, open_id) WHERE status = 'invite' AND queued_ms = 0;

-- The messages of a campaign, so that a receipt finds its person.
CREATE TABLE campaign_messages (
    message_id  TEXT PRIMARY KEY,
    campaign_id TEXT NOT NULL,
    open_id     TEXT NOT NULL
);
CREATE INDEX campaign_messages_of ON campaign_messages (campaign_id);

-- Lines of a list, sealed, until the preview is over. candidates is a JSON array of open_ids.
CREATE TABLE campaign_lines (
    campaign_id TEXT   NOT NULL,
    line        BIGINT NOT NULL,
    code        TEXT   NOT NULL,
    sealed      BLOB,
    candidates  TEXT   NOT NULL,
    PRIMARY KEY (campaign_id, line)
);

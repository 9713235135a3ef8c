-- Times are unix milliseconds, 0 = never. No engine booleans: 0 or 1.

-- +goose Up

-- Proves that the keyset at hand is the one that sealed this database.
CREATE TABLE key_check (
    id     BIGINT PRIMARY KEY,
    prf    BLOB NOT NULL,
    sealed BLOB NOT NULL
);

CREATE TABLE cases (
    id           TEXT   PRIMARY KEY,
    tenant_key   TEXT   NOT NULL,
    open_id      TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    live         BIGINT NOT NULL,            -- 1 while the state is not terminal
    rev          BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL,
    entered_ms   BIGINT NOT NULL,
    submitted_ms BIGINT NOT NULL DEFAULT 0,  -- last entry into awaiting_review
    reviewed_ms  BIGINT NOT NULL DEFAULT 0,
    done_ms      BIGINT NOT NULL DEFAULT 0,
    incident     TEXT   NOT NULL DEFAULT '', -- set while the case waits for a shared cause
    number_index BLOB,
    data         TEXT   NOT NULL,            -- flows.Case as JSON, nothing personal
    sealed       BLOB                        -- flows.Personal, encrypted
);
CREATE UNIQUE INDEX cases_one_open ON cases (tenant_key, open_id) WHERE live = 1;
CREATE INDEX cases_person   ON cases (tenant_key, open_id, created_ms, id);
CREATE INDEX cases_state    ON cases (tenant_key, state, entered_ms, id);
CREATE INDEX cases_incident ON cases (tenant_key, incident, entered_ms) WHERE incident <> '';
CREATE INDEX cases_number   ON cases (tenant_key, number_index) WHERE number_index IS NOT NULL;
CREATE INDEX cases_done     ON cases (tenant_key, done_ms, open_id) WHERE done_ms > 0;

-- Counters, kept in the transaction of the change. A row is split into shards by case id,
-- so that writers on a server do not queue up on one row.
CREATE TABLE state_counts (
    tenant_key TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    shard      BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    PRIMARY KEY (tenant_key, state, shard)
);
CREATE TABLE day_counts (
    tenant_key TEXT   NOT NULL,
    day        TEXT   NOT NULL,              -- 2006-01-02, Asia/Shanghai
    shard      BIGINT NOT NULL,
    started    BIGINT NOT NULL DEFAULT 0,
    done       BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_key, day, shard)
);

-- The photos of open cases: found by their message, and counted while they are to be read,
-- which is the queue whose length people are told.
CREATE TABLE case_photos (
    case_id     TEXT   NOT NULL REFERENCES cases (id),
    photo_id    TEXT   NOT NULL,
    message_id  TEXT   NOT NULL,
    received_ms BIGINT NOT NULL,
    unread      BIGINT NOT NULL,
    PRIMARY KEY (case_id, photo_id)
) WITHOUT ROWID;
CREATE INDEX case_photos_unread  ON case_photos (received_ms, case_id) WHERE unread = 1;
CREATE INDEX case_photos_message ON case_photos (message_id);

CREATE TABLE pictures (
    case_id  TEXT   NOT NULL REFERENCES cases (id),
    photo_id TEXT   NOT NULL,
    at_ms    BIGINT NOT NULL,
    sealed   BLOB   NOT NULL,
    PRIMARY KEY (case_id, photo_id)
);

CREATE TABLE event_keys (
    key   TEXT   PRIMARY KEY,
    at_ms BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX event_keys_at ON event_keys (at_ms);

CREATE TABLE surfaces (
    id            TEXT   PRIMARY KEY,
    case_id       TEXT   NOT NULL,
    tenant_key    TEXT   NOT NULL,
    audience      TEXT   NOT NULL,
    to_type       TEXT   NOT NULL,
    to_id         TEXT   NOT NULL,
    gen           BIGINT NOT NULL,
    sent          BIGINT NOT NULL,
    message_id    TEXT   NOT NULL,
    old_id        TEXT   NOT NULL,
    shown         BLOB,
    holder        TEXT   NOT NULL,
    held_until_ms BIGINT NOT NULL,
    dirty         BIGINT NOT NULL,
    dead          BIGINT NOT NULL
);
CREATE INDEX surfaces_case    ON surfaces (case_id, audience, id);
CREATE INDEX surfaces_message ON surfaces (message_id) WHERE message_id <> '';

CREATE TABLE audit (
    case_id    TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    at_ms      BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    event      TEXT   NOT NULL,
    from_state TEXT   NOT NULL,
    to_state   TEXT   NOT NULL,
    why        TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    prev       BLOB   NOT NULL,
    hash       BLOB   NOT NULL,
    PRIMARY KEY (case_id, seq)
) WITHOUT ROWID;
-- The end of each chain under a keyed hash: cutting a chain short, or computing it anew
-- without the keyset, shows.
CREATE TABLE audit_heads (
    case_id TEXT   PRIMARY KEY,
    seq     BIGINT NOT NULL,
    hash    BLOB   NOT NULL,
    mac     BLOB   NOT NULL
) WITHOUT ROWID;

CREATE TABLE settings (
    tenant_key TEXT NOT NULL,
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (tenant_key, key)
) WITHOUT ROWID;

-- GCRA: the theoretical arrival time of the next call, unix microseconds.
CREATE TABLE rate_limits (
    key    TEXT   PRIMARY KEY,
    tat_us BIGINT NOT NULL
) WITHOUT ROWID;

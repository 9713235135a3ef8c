-- +goose Up

-- The processes that run jobs on this database, by River's client id, and when each was last
-- heard of by the database's clock. Jobs of one that fell silent are taken up by the others.
-- On SQLite there is one process, held by a lock, and the table stays empty.
CREATE TABLE instances (
    id      TEXT   PRIMARY KEY,
    beat_ms BIGINT NOT NULL
);

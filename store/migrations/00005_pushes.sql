-- +goose Up

-- Events that were acknowledged and are not decided on yet. They live for milliseconds, unless a
-- process dies with them.
CREATE TABLE pushes (
    id     TEXT   PRIMARY KEY,               -- UUIDv7: in the order of arrival
    due_ms BIGINT NOT NULL,                  -- when somebody else may take it up
    tries  BIGINT NOT NULL DEFAULT 0,
    at_ms  BIGINT NOT NULL,
    sealed BLOB   NOT NULL
) WITHOUT ROWID;

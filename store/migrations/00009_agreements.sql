-- +goose Up
-- The texts that people have read on the agreement page, with every earlier version: a reading names its text by the
-- hash. They are the operator's public texts and belong to no tenant. seen_ms is when a version was first configured.
CREATE TABLE agreements (
    title   TEXT   NOT NULL,
    version TEXT   NOT NULL,
    sha256  TEXT   NOT NULL,
    body    BLOB   NOT NULL,
    seen_ms BIGINT NOT NULL,
    PRIMARY KEY (title, version)
);

CREATE INDEX agreements_sha256 ON agreements (sha256);

-- +goose Up
-- Data keys. key_epoch is the epoch that has wrapped data_key, 0 for what an older version has sealed with the keyset
-- itself. index_epoch is the epoch of number_index, 0 likewise. The indexes hold only what a rotation has to look at.
ALTER TABLE cases ADD COLUMN data_key BLOB;
ALTER TABLE cases ADD COLUMN key_epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN index_epoch BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_key_epoch ON cases (key_epoch, id) WHERE sealed IS NOT NULL;
CREATE INDEX cases_index_epoch ON cases (index_epoch, id) WHERE number_index IS NOT NULL;

ALTER TABLE pictures ADD COLUMN data_key BLOB;
ALTER TABLE pictures ADD COLUMN key_epoch BIGINT NOT NULL DEFAULT 0;
CREATE INDEX pictures_key_epoch ON pictures (key_epoch, case_id, photo_id);

-- Which keys each running process holds and uses, without any key: numbers of epochs, and Tink's id of the newest key.
CREATE TABLE key_holders (
    id         TEXT   PRIMARY KEY,
    oldest     BIGINT NOT NULL,
    newest     BIGINT NOT NULL,
    newest_key BIGINT NOT NULL,
    used       BIGINT NOT NULL,
    at_ms      BIGINT NOT NULL
);

-- +goose Up
-- Keyed hash of the chat, or of the person if the event names none. Older events of a chat are
-- decided on first. NULL if the event names neither, or if an older version has stored it.
ALTER TABLE pushes ADD COLUMN chat BLOB;
CREATE INDEX pushes_chat ON pushes (chat, id) WHERE chat IS NOT NULL;

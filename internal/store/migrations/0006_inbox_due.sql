-- +goose Up
-- When the next try of a delivery counts, in microseconds. It may be worked at before that, because something else came.
ALTER TABLE inbox ADD COLUMN due BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE inbox DROP COLUMN due;

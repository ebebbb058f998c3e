-- +goose Up
-- A sum over the bytes of body (CRC-32C), so that what a failing disk makes of a line is refused and never shown. NULL in what was written before.
ALTER TABLE entries ADD COLUMN sum BIGINT;

-- +goose Down
ALTER TABLE entries DROP COLUMN sum;

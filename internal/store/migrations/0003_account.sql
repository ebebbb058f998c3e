-- +goose Up
-- certificate: a sealed PEM that signs in place of the secret. old_keys: sealed keys of encryption certificates that were replaced
-- lately. Both are empty when there is none.
ALTER TABLE accounts ADD COLUMN certificate BYTEA NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN old_keys BYTEA NOT NULL DEFAULT '';

-- claims: what Microsoft wants to see proven at the next sign-in.
ALTER TABLE links ADD COLUMN claims TEXT NOT NULL DEFAULT '';

-- cert: for which certificate Microsoft encrypts. heard, echoed: when a notification came last, and when one of our own posts came back.
ALTER TABLE subscriptions ADD COLUMN cert TEXT NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN heard BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD COLUMN echoed BIGINT NOT NULL DEFAULT 0;

-- reason: why the last try failed.
ALTER TABLE inbox ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE inbox DROP COLUMN reason;
ALTER TABLE subscriptions DROP COLUMN echoed;
ALTER TABLE subscriptions DROP COLUMN heard;
ALTER TABLE subscriptions DROP COLUMN cert;
ALTER TABLE links DROP COLUMN claims;
ALTER TABLE accounts DROP COLUMN old_keys;
ALTER TABLE accounts DROP COLUMN certificate;

-- +goose Up
CREATE TABLE accounts (
	id         TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	tenant     TEXT NOT NULL,
	client_id  TEXT NOT NULL,
	secret     BYTEA NOT NULL,
	settings   TEXT NOT NULL,
	cert       BYTEA NOT NULL,
	cert_key   BYTEA NOT NULL
);

CREATE TABLE links (
	account  TEXT NOT NULL,
	agent    TEXT NOT NULL,
	person   TEXT NOT NULL,
	name     TEXT NOT NULL,
	username TEXT NOT NULL,
	refresh  BYTEA NOT NULL,
	scopes   TEXT NOT NULL,
	state    TEXT NOT NULL,
	reason   TEXT NOT NULL,
	since    BIGINT NOT NULL,
	version  BIGINT NOT NULL,
	PRIMARY KEY (account, agent)
);

CREATE TABLE threads (
	conversation TEXT PRIMARY KEY,
	account      TEXT NOT NULL,
	agent        TEXT NOT NULL,
	chat         TEXT NOT NULL,
	ended        BIGINT NOT NULL,
	body         TEXT NOT NULL,
	version      BIGINT NOT NULL
);
CREATE INDEX threads_chat ON threads (chat);
CREATE INDEX threads_open ON threads (account, ended);

CREATE TABLE posts (
	conversation TEXT NOT NULL,
	message      TEXT NOT NULL,
	first        BIGINT NOT NULL,
	last         BIGINT NOT NULL,
	marker       TEXT NOT NULL,
	PRIMARY KEY (conversation, message)
);
CREATE INDEX posts_range ON posts (conversation, first);

CREATE TABLE heard (
	conversation TEXT NOT NULL,
	message      TEXT NOT NULL,
	seq          BIGINT NOT NULL,
	modified     BIGINT NOT NULL,
	body         TEXT NOT NULL,
	PRIMARY KEY (conversation, message)
);

CREATE TABLE uploads (
	file    TEXT NOT NULL,
	agent   TEXT NOT NULL,
	body    TEXT NOT NULL,
	PRIMARY KEY (file, agent)
);

CREATE TABLE subscriptions (
	account    TEXT NOT NULL,
	agent      TEXT NOT NULL,
	id         TEXT NOT NULL,
	path       TEXT NOT NULL UNIQUE,
	state      TEXT NOT NULL,
	expires    BIGINT NOT NULL,
	authorized BIGINT NOT NULL,
	PRIMARY KEY (account, agent)
);

CREATE TABLE inbox (
	id       TEXT PRIMARY KEY,
	account  TEXT NOT NULL,
	path     TEXT NOT NULL,
	received BIGINT NOT NULL,
	tries    BIGINT NOT NULL,
	body     BYTEA NOT NULL
);
CREATE INDEX inbox_order ON inbox (account, tries, received);

CREATE TABLE people (
	account TEXT NOT NULL,
	agent   TEXT NOT NULL,
	as_of   BIGINT NOT NULL,
	body    TEXT NOT NULL,
	PRIMARY KEY (account, agent)
);

-- +goose Down
DROP TABLE people;
DROP TABLE inbox;
DROP TABLE subscriptions;
DROP TABLE uploads;
DROP TABLE heard;
DROP TABLE posts;
DROP TABLE threads;
DROP TABLE links;
DROP TABLE accounts;

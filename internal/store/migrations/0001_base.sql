-- +goose Up
-- One text for SQLite and PostgreSQL. Times are microseconds since 1970 UTC, booleans 0 or 1, JSON is TEXT.

-- Conversations: what changes rarely. number is what people say (#2841); it is also the short key inside the database, so that
-- conversations of the same days lie together. INTEGER PRIMARY KEY is SQLite's row id. body is chat.Conversation without its head.
CREATE TABLE conversations (
    number     INTEGER NOT NULL PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    service    TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    token_hash BYTEA   UNIQUE,
    opened     BIGINT  NOT NULL,
    body       TEXT    NOT NULL
);
CREATE INDEX conversations_waiting ON conversations (opened, number) WHERE status = 'waiting';

-- What changes with every entry, kept small: body is the head of chat.Conversation (last, lastMessage, customerWaits). Both bodies
-- together always equal Apply over the entries. This is the row that an append locks.
CREATE TABLE heads (
    conversation INTEGER NOT NULL PRIMARY KEY,
    version      BIGINT  NOT NULL, -- counts the writes
    at           BIGINT  NOT NULL, -- of the newest entry
    body         TEXT    NOT NULL
);

-- The log. conversation is a number; writes is how many entries were appended under the entry's key, in its first row; 0 in the others.
CREATE TABLE entries (
    conversation INTEGER NOT NULL,
    seq          BIGINT  NOT NULL,
    at           BIGINT  NOT NULL,
    author       BIGINT  NOT NULL,
    audience     TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    key          TEXT,
    print        TEXT    NOT NULL,
    writes       BIGINT  NOT NULL,
    body         TEXT    NOT NULL,
    PRIMARY KEY (conversation, seq),
    UNIQUE (conversation, key)
);

-- Which agents take part in which conversation now; derived from conversations in the same transaction.
CREATE TABLE parts (
    conversation TEXT NOT NULL,
    agent        TEXT NOT NULL,
    PRIMARY KEY (agent, conversation)
);
CREATE INDEX parts_conversation ON parts (conversation);

CREATE TABLE cursors (
    conversation TEXT   NOT NULL,
    participant  BIGINT NOT NULL,
    delivered    BIGINT NOT NULL,
    read         BIGINT NOT NULL,
    PRIMARY KEY (conversation, participant)
);

CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE agents (
    id            TEXT   NOT NULL PRIMARY KEY,
    login         TEXT   NOT NULL UNIQUE,
    name          TEXT   NOT NULL,
    nickname      TEXT   NOT NULL,
    locale        TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    roles         TEXT   NOT NULL, -- JSON list
    capacity      BIGINT NOT NULL,
    settings      TEXT   NOT NULL, -- JSON
    created       BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash BYTEA  NOT NULL PRIMARY KEY,
    agent      TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    expires    BIGINT NOT NULL
);
CREATE INDEX sessions_agent ON sessions (agent);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE services (
    id       TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    settings TEXT NOT NULL -- JSON
);

CREATE TABLE files (
    id           TEXT   NOT NULL PRIMARY KEY,
    conversation TEXT   NOT NULL,
    uploader     BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    size         BIGINT NOT NULL,
    type         TEXT   NOT NULL,
    width        BIGINT NOT NULL,
    height       BIGINT NOT NULL,
    created      BIGINT NOT NULL
);
CREATE INDEX files_conversation ON files (conversation, created);

-- Things that may be used once: tickets, sign-in states, nonces.
CREATE TABLE once (
    purpose TEXT   NOT NULL,
    hash    BYTEA  NOT NULL,
    data    BYTEA  NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (purpose, hash)
);
CREATE INDEX once_expires ON once (expires);

-- Who may do a piece of work now. fence grows with every change of holder.
CREATE TABLE leases (
    name        TEXT   NOT NULL PRIMARY KEY,
    node        TEXT   NOT NULL,
    incarnation TEXT   NOT NULL,
    until       BIGINT NOT NULL,
    fence       BIGINT NOT NULL
);

CREATE TABLE audit (
    id     TEXT   NOT NULL PRIMARY KEY,
    at     BIGINT NOT NULL,
    actor  TEXT   NOT NULL,
    action TEXT   NOT NULL,
    object TEXT   NOT NULL,
    detail TEXT   NOT NULL -- JSON
);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_object ON audit (object, at);

CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

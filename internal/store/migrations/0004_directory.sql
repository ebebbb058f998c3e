-- +goose Up
-- The teams of agents, by which the directory lists them.
CREATE TABLE team_members (
    agent TEXT NOT NULL PRIMARY KEY,
    team  TEXT NOT NULL
);

-- Whom an agent has starred, with the name that stood there then. body is JSON: what else the directory shows.
CREATE TABLE favourites (
    agent   TEXT   NOT NULL,
    account TEXT   NOT NULL,
    person  TEXT   NOT NULL,
    starred BIGINT NOT NULL,
    body    TEXT   NOT NULL,
    PRIMARY KEY (agent, account, person)
);

-- Photos of agents, 256 pixels square. version is a hash of the bytes.
CREATE TABLE photos (
    agent   TEXT  NOT NULL PRIMARY KEY,
    version TEXT  NOT NULL,
    bytes   BYTEA NOT NULL
);

-- Past conferences of a service are found without reading every conversation there ever was.
CREATE INDEX conversations_service ON conversations (service, number);

-- +goose Down
DROP INDEX conversations_service;
DROP TABLE photos;
DROP TABLE favourites;
DROP TABLE team_members;

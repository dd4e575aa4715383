-- What was refused and what was changed. An empty namespace is "none".
CREATE TABLE audit (
    id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    happened_at BIGINT NOT NULL,
    user_name {name} NOT NULL,
    via {word} NOT NULL,
    peer {name} NOT NULL,
    resource {word} NOT NULL,
    verb {word} NOT NULL,
    object {name} NOT NULL,
    outcome {word} NOT NULL,
    reason {text} NOT NULL
){table};
CREATE INDEX audit_by_time ON audit (namespace, happened_at, id);

-- One entry of a secret, sealed.
CREATE TABLE secrets (
    namespace {name} NOT NULL,
    name {name} NOT NULL,
    entry {name} NOT NULL,
    sealed {long} NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (namespace, name, entry)
){table};

-- Whether the OpenID provider sent this person; others have local accounts.
ALTER TABLE users ADD COLUMN from_provider BOOLEAN NOT NULL DEFAULT FALSE;

-- What tasks made, one row for each artifact, so that a namespace's can be listed.
CREATE TABLE artifacts (
    id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    run_id {id} NOT NULL,
    task_id {id} NOT NULL,
    output {text} NOT NULL,
    name {text} NOT NULL,
    artifact_type {word} NOT NULL,
    uri {text} NOT NULL,
    metadata {long} NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (run_id) REFERENCES runs (id) ON DELETE CASCADE
){table};
CREATE INDEX artifacts_by_creation ON artifacts (namespace, created_at, id);
CREATE INDEX artifacts_by_run ON artifacts (namespace, run_id, created_at, id);

CREATE INDEX tasks_by_id ON tasks (id);
CREATE INDEX tasks_by_run ON tasks (namespace, run_id, position, id);

-- The numbers that v1beta1's clients report of a run.
CREATE TABLE run_metrics (
    run_id {id} NOT NULL,
    node_id {name} NOT NULL,
    name {name} NOT NULL,
    namespace {name} NOT NULL,
    number_value DOUBLE PRECISION NOT NULL,
    format {word} NOT NULL,
    PRIMARY KEY (run_id, node_id, name),
    FOREIGN KEY (run_id) REFERENCES runs (id) ON DELETE CASCADE
){table};

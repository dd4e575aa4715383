-- One text for SQLite, PostgreSQL and MySQL: src/migrations.rs puts each database's own types in place of the words
-- in braces. Names compare byte by byte everywhere. Moments are milliseconds since 1970; 0 is "not yet". An empty
-- text is "none".

CREATE TABLE profiles (
    namespace {name} NOT NULL PRIMARY KEY,
    owner {name} NOT NULL,
    created_at BIGINT NOT NULL
){table};

CREATE TABLE memberships (
    namespace {name} NOT NULL,
    user_name {name} NOT NULL,
    role {word} NOT NULL,
    PRIMARY KEY (namespace, user_name),
    FOREIGN KEY (namespace) REFERENCES profiles (namespace) ON DELETE CASCADE
){table};
CREATE INDEX memberships_by_user ON memberships (user_name);

CREATE TABLE experiments (
    id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    display_name {name} NOT NULL,
    description {text} NOT NULL,
    created_at BIGINT NOT NULL,
    last_run_created_at BIGINT NOT NULL,
    storage_state {word} NOT NULL
){table};
CREATE UNIQUE INDEX experiments_by_name ON experiments (namespace, display_name);
CREATE INDEX experiments_by_creation ON experiments (namespace, created_at, id);
CREATE INDEX experiments_by_last_run ON experiments (namespace, last_run_created_at, id);

CREATE TABLE runs (
    id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    experiment_id {id} NOT NULL,
    recurring_run_id {id} NOT NULL,
    display_name {text} NOT NULL,
    description {text} NOT NULL,
    service_account {name} NOT NULL,
    pipeline_id {id} NOT NULL,
    pipeline_version_id {id} NOT NULL,
    pipeline_name {text} NOT NULL,
    pipeline_root {text} NOT NULL,
    state {word} NOT NULL,
    storage_state {word} NOT NULL,
    created_at BIGINT NOT NULL,
    scheduled_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    error {text} NOT NULL,
    state_history {text} NOT NULL,
    tasks_done BIGINT NOT NULL,
    tasks_total BIGINT NOT NULL,
    running_task {text} NOT NULL
){table};
CREATE INDEX runs_by_creation ON runs (namespace, created_at, id);
CREATE INDEX runs_by_experiment ON runs (namespace, experiment_id, created_at, id);
CREATE INDEX runs_by_recurring_run ON runs (namespace, recurring_run_id, created_at, id);

-- The long texts of a run, read one run at a time.
CREATE TABLE run_texts (
    run_id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    spec {long} NOT NULL,
    parameters {long} NOT NULL,
    FOREIGN KEY (run_id) REFERENCES runs (id) ON DELETE CASCADE
){table};

-- One row for each run that is not at its end; the launcher of runs finds it here.
CREATE TABLE launch_orders (
    run_id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    ordered_at BIGINT NOT NULL,
    launched_at BIGINT NOT NULL,
    FOREIGN KEY (run_id) REFERENCES runs (id) ON DELETE CASCADE
){table};
CREATE INDEX launch_orders_by_time ON launch_orders (launched_at, ordered_at, run_id);

CREATE TABLE tasks (
    run_id {id} NOT NULL,
    id {id} NOT NULL,
    namespace {name} NOT NULL,
    parent_id {id} NOT NULL,
    name {text} NOT NULL,
    display_name {text} NOT NULL,
    kind {word} NOT NULL,
    state {word} NOT NULL,
    reason {text} NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- -1 outside a loop
    iteration_index BIGINT NOT NULL,
    depends_on {text} NOT NULL,
    component {text} NOT NULL,
    inputs {long} NOT NULL,
    outputs {long} NOT NULL,
    -- the order in which the run's tasks were first told
    position BIGINT NOT NULL,
    PRIMARY KEY (run_id, id),
    FOREIGN KEY (run_id) REFERENCES runs (id) ON DELETE CASCADE
){table};

CREATE TABLE recurring_runs (
    id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    experiment_id {id} NOT NULL,
    display_name {text} NOT NULL,
    description {text} NOT NULL,
    service_account {name} NOT NULL,
    pipeline_id {id} NOT NULL,
    pipeline_version_id {id} NOT NULL,
    pipeline_root {text} NOT NULL,
    recurrence {text} NOT NULL,
    mode {word} NOT NULL,
    max_concurrency BIGINT NOT NULL,
    no_catchup BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
){table};
CREATE INDEX recurring_runs_by_creation ON recurring_runs (namespace, created_at, id);
CREATE INDEX recurring_runs_by_experiment ON recurring_runs (namespace, experiment_id, created_at, id);

CREATE TABLE recurring_run_texts (
    recurring_run_id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    spec {long} NOT NULL,
    parameters {long} NOT NULL,
    FOREIGN KEY (recurring_run_id) REFERENCES recurring_runs (id) ON DELETE CASCADE
){table};

-- An empty namespace is "shared", here and in the three tables below.
CREATE TABLE pipelines (
    id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    name {name} NOT NULL,
    display_name {text} NOT NULL,
    description {text} NOT NULL,
    created_at BIGINT NOT NULL,
    tags {text} NOT NULL
){table};
CREATE UNIQUE INDEX pipelines_by_name ON pipelines (namespace, name);
CREATE INDEX pipelines_by_creation ON pipelines (namespace, created_at, id);

CREATE TABLE pipeline_versions (
    id {id} NOT NULL PRIMARY KEY,
    namespace {name} NOT NULL,
    pipeline_id {id} NOT NULL,
    name {name} NOT NULL,
    display_name {text} NOT NULL,
    description {text} NOT NULL,
    created_at BIGINT NOT NULL,
    code_source_url {text} NOT NULL,
    package_url {text} NOT NULL,
    tags {text} NOT NULL,
    spec {long} NOT NULL,
    FOREIGN KEY (pipeline_id) REFERENCES pipelines (id) ON DELETE CASCADE
){table};
CREATE UNIQUE INDEX pipeline_versions_by_name ON pipeline_versions (namespace, pipeline_id, name);
CREATE INDEX pipeline_versions_by_creation ON pipeline_versions (namespace, pipeline_id, created_at, id);

-- The tags of pipelines and versions once more, to filter by.
CREATE TABLE tags (
    namespace {name} NOT NULL,
    object_id {id} NOT NULL,
    tag_key {name} NOT NULL,
    tag_value {name} NOT NULL,
    PRIMARY KEY (namespace, object_id, tag_key)
){table};

CREATE TABLE users (
    name {name} NOT NULL PRIMARY KEY,
    password_hash {text} NOT NULL,
    platform_admin BOOLEAN NOT NULL,
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
){table};

-- Of every secret only a hash is kept.
CREATE TABLE sessions (
    secret_hash {name} NOT NULL PRIMARY KEY,
    user_name {name} NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (user_name) REFERENCES users (name) ON DELETE CASCADE
){table};
CREATE INDEX sessions_by_user ON sessions (user_name);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE tokens (
    id {id} NOT NULL PRIMARY KEY,
    secret_hash {name} NOT NULL,
    user_name {name} NOT NULL,
    name {name} NOT NULL,
    namespaces {text} NOT NULL,
    read_only BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
){table};
CREATE UNIQUE INDEX tokens_by_secret ON tokens (secret_hash);
CREATE INDEX tokens_by_user ON tokens (user_name, created_at);

CREATE TABLE sign_in_links (
    secret_hash {name} NOT NULL PRIMARY KEY,
    user_name {name} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    FOREIGN KEY (user_name) REFERENCES users (name) ON DELETE CASCADE
){table};
CREATE INDEX sign_in_links_by_end ON sign_in_links (expires_at);

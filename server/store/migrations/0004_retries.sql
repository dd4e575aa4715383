-- How often a run was retried, and the step that the last retry begins at.
ALTER TABLE runs ADD COLUMN retries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN retry_from {id} NOT NULL DEFAULT '';

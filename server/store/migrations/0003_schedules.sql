-- What the scheduler keeps of a recurring run. Nothing could make recurring runs before this step.
--   resource_name  what the names of its runs begin with
--   acts_as        whose rights its runs are started with
--   fired          slots decided so far; the index of the newest run
--   last_slot_at   the slot decided last
--   next_slot_at   the slot to decide next; 0 for none
--   due_at         when the scheduler should look: next_slot_at, or later while there is no place for another run; 0 for never
--   revision       counts changes; who decides a slot names the one that was read
--   stopped        why the scheduler disabled it
ALTER TABLE recurring_runs ADD COLUMN resource_name {name} NOT NULL DEFAULT '';
ALTER TABLE recurring_runs ADD COLUMN acts_as {name} NOT NULL DEFAULT '';
ALTER TABLE recurring_runs ADD COLUMN fired BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recurring_runs ADD COLUMN last_slot_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recurring_runs ADD COLUMN next_slot_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recurring_runs ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recurring_runs ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recurring_runs ADD COLUMN stopped {name} NOT NULL DEFAULT '';
CREATE INDEX recurring_runs_by_due ON recurring_runs (due_at, id);

-- The runs of a recurring run that are under way are counted here.
CREATE INDEX runs_by_recurring_run_and_state ON runs (namespace, recurring_run_id, state);

-- The last decisions about each recurring run.
CREATE TABLE recurring_run_firings (
    recurring_run_id {id} NOT NULL,
    -- the revision that the decision made
    position BIGINT NOT NULL,
    namespace {name} NOT NULL,
    scheduled_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    outcome {word} NOT NULL,
    slots BIGINT NOT NULL,
    reason {text} NOT NULL,
    run_id {id} NOT NULL,
    PRIMARY KEY (recurring_run_id, position),
    FOREIGN KEY (recurring_run_id) REFERENCES recurring_runs (id) ON DELETE CASCADE
){table};

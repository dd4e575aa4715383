SELECT COUNT("id") AS "total" FROM "recurring_runs" WHERE "namespace" = ?;
-- SEARCH recurring_runs USING COVERING INDEX recurring_runs_by_experiment (namespace=?)

SELECT "id", "namespace", "experiment_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_root", "recurrence", "mode", "max_concurrency", "no_catchup", "created_at", "updated_at", "resource_name", "acts_as", "fired", "last_slot_at", "next_slot_at", "stopped", "created_at" AS "sort_value" FROM "recurring_runs" WHERE "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH recurring_runs USING INDEX recurring_runs_by_creation (namespace=?)

SELECT "id", "namespace", "experiment_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_root", "recurrence", "mode", "max_concurrency", "no_catchup", "created_at", "updated_at", "resource_name", "acts_as", "fired", "last_slot_at", "next_slot_at", "stopped", "created_at" AS "sort_value" FROM "recurring_runs" WHERE "namespace" = ? ORDER BY "created_at" DESC, "id" DESC LIMIT ?;
-- SEARCH recurring_runs USING INDEX recurring_runs_by_creation (namespace=?)

SELECT "id", "namespace", "experiment_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_root", "recurrence", "mode", "max_concurrency", "no_catchup", "created_at", "updated_at", "resource_name", "acts_as", "fired", "last_slot_at", "next_slot_at", "stopped", "display_name" AS "sort_value" FROM "recurring_runs" WHERE "namespace" = ? ORDER BY "display_name" ASC, "id" ASC LIMIT ?;
-- SEARCH recurring_runs USING INDEX recurring_runs_by_creation (namespace=?); USE TEMP B-TREE FOR ORDER BY

SELECT COUNT("id") AS "total" FROM "recurring_runs" WHERE LOWER("display_name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ?;
-- SEARCH recurring_runs USING INDEX recurring_runs_by_creation (namespace=? AND created_at<?)

SELECT "id", "namespace", "experiment_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_root", "recurrence", "mode", "max_concurrency", "no_catchup", "created_at", "updated_at", "resource_name", "acts_as", "fired", "last_slot_at", "next_slot_at", "stopped", "created_at" AS "sort_value" FROM "recurring_runs" WHERE LOWER("display_name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH recurring_runs USING INDEX recurring_runs_by_creation (namespace=? AND created_at<?)


SELECT COUNT("id") AS "total" FROM "runs" WHERE "namespace" = ?;
-- SEARCH runs USING COVERING INDEX runs_by_creation (namespace=?)

SELECT "id", "namespace", "experiment_id", "recurring_run_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_name", "pipeline_root", "state", "storage_state", "created_at", "scheduled_at", "finished_at", "error", "state_history", "tasks_done", "tasks_total", "running_task", "created_at" AS "sort_value" FROM "runs" WHERE "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH runs USING INDEX runs_by_creation (namespace=?)

SELECT "id", "namespace", "experiment_id", "recurring_run_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_name", "pipeline_root", "state", "storage_state", "created_at", "scheduled_at", "finished_at", "error", "state_history", "tasks_done", "tasks_total", "running_task", "created_at" AS "sort_value" FROM "runs" WHERE "namespace" = ? AND ("created_at" >= ? AND ("created_at" > ? OR "id" > ?)) ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH runs USING INDEX runs_by_creation (namespace=? AND created_at>?)

SELECT "id", "namespace", "experiment_id", "recurring_run_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_name", "pipeline_root", "state", "storage_state", "created_at", "scheduled_at", "finished_at", "error", "state_history", "tasks_done", "tasks_total", "running_task", "created_at" AS "sort_value" FROM "runs" WHERE "namespace" = ? ORDER BY "created_at" DESC, "id" DESC LIMIT ?;
-- SEARCH runs USING INDEX runs_by_creation (namespace=?)

SELECT "id", "namespace", "experiment_id", "recurring_run_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_name", "pipeline_root", "state", "storage_state", "created_at", "scheduled_at", "finished_at", "error", "state_history", "tasks_done", "tasks_total", "running_task", "created_at" AS "sort_value" FROM "runs" WHERE "namespace" = ? AND ("created_at" <= ? AND ("created_at" < ? OR "id" < ?)) ORDER BY "created_at" DESC, "id" DESC LIMIT ?;
-- SEARCH runs USING INDEX runs_by_creation (namespace=? AND created_at<?)

SELECT "id", "namespace", "experiment_id", "recurring_run_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_name", "pipeline_root", "state", "storage_state", "created_at", "scheduled_at", "finished_at", "error", "state_history", "tasks_done", "tasks_total", "running_task", "display_name" AS "sort_value" FROM "runs" WHERE "namespace" = ? ORDER BY "display_name" ASC, "id" ASC LIMIT ?;
-- SEARCH runs USING INDEX runs_by_creation (namespace=?); USE TEMP B-TREE FOR ORDER BY

SELECT "id", "namespace", "experiment_id", "recurring_run_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_name", "pipeline_root", "state", "storage_state", "created_at", "scheduled_at", "finished_at", "error", "state_history", "tasks_done", "tasks_total", "running_task", "display_name" AS "sort_value" FROM "runs" WHERE "namespace" = ? AND ("display_name" >= ? AND ("display_name" > ? OR "id" > ?)) ORDER BY "display_name" ASC, "id" ASC LIMIT ?;
-- SEARCH runs USING INDEX runs_by_creation (namespace=?); USE TEMP B-TREE FOR ORDER BY

SELECT COUNT("id") AS "total" FROM "runs" WHERE LOWER("display_name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ?;
-- SEARCH runs USING INDEX runs_by_creation (namespace=? AND created_at<?)

SELECT "id", "namespace", "experiment_id", "recurring_run_id", "display_name", "description", "service_account", "pipeline_id", "pipeline_version_id", "pipeline_name", "pipeline_root", "state", "storage_state", "created_at", "scheduled_at", "finished_at", "error", "state_history", "tasks_done", "tasks_total", "running_task", "created_at" AS "sort_value" FROM "runs" WHERE LOWER("display_name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH runs USING INDEX runs_by_creation (namespace=? AND created_at<?)


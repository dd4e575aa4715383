SELECT "namespace" FROM "experiments" WHERE "id" = ?
SELECT "namespace" FROM "runs" WHERE "id" = ?
SELECT "namespace" FROM "recurring_runs" WHERE "id" = ?
SELECT "namespace" FROM "pipelines" WHERE "id" = ?
SELECT "namespace" FROM "pipeline_versions" WHERE "id" = ?
SELECT "namespace", "run_id" FROM "launch_orders" ORDER BY "ordered_at" ASC, "run_id" ASC LIMIT ?
SELECT "namespace", "run_id" FROM "launch_orders" WHERE "launched_at" = ? ORDER BY "ordered_at" ASC, "run_id" ASC LIMIT ?
SELECT "namespace", "role" FROM "memberships" WHERE "user_name" = ? ORDER BY "namespace" ASC
SELECT "namespace" FROM "profiles" ORDER BY "namespace" ASC
SELECT "namespace", "run_id" FROM "tasks" WHERE "id" = ?
SELECT "namespace", "run_id" FROM "artifacts" WHERE "id" = ?
SELECT "namespace", "id" FROM "recurring_runs" WHERE "due_at" > ? AND "due_at" <= ? ORDER BY "due_at" ASC, "id" ASC LIMIT ?
SELECT "due_at" FROM "recurring_runs" WHERE "due_at" > ? ORDER BY "due_at" ASC LIMIT ?

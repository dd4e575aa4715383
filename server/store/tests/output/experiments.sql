SELECT COUNT("id") AS "total" FROM "experiments" WHERE "namespace" = ?;
-- SEARCH experiments USING COVERING INDEX experiments_by_last_run (namespace=?)

SELECT "id", "namespace", "display_name", "description", "created_at", "last_run_created_at", "storage_state", "created_at" AS "sort_value" FROM "experiments" WHERE "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH experiments USING INDEX experiments_by_creation (namespace=?)

SELECT "id", "namespace", "display_name", "description", "created_at", "last_run_created_at", "storage_state", "created_at" AS "sort_value" FROM "experiments" WHERE "namespace" = ? AND ("created_at" >= ? AND ("created_at" > ? OR "id" > ?)) ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH experiments USING INDEX experiments_by_creation (namespace=? AND created_at>?)

SELECT "id", "namespace", "display_name", "description", "created_at", "last_run_created_at", "storage_state", "created_at" AS "sort_value" FROM "experiments" WHERE "namespace" = ? ORDER BY "created_at" DESC, "id" DESC LIMIT ?;
-- SEARCH experiments USING INDEX experiments_by_creation (namespace=?)

SELECT "id", "namespace", "display_name", "description", "created_at", "last_run_created_at", "storage_state", "created_at" AS "sort_value" FROM "experiments" WHERE "namespace" = ? AND ("created_at" <= ? AND ("created_at" < ? OR "id" < ?)) ORDER BY "created_at" DESC, "id" DESC LIMIT ?;
-- SEARCH experiments USING INDEX experiments_by_creation (namespace=? AND created_at<?)

SELECT "id", "namespace", "display_name", "description", "created_at", "last_run_created_at", "storage_state", "display_name" AS "sort_value" FROM "experiments" WHERE "namespace" = ? ORDER BY "display_name" ASC, "id" ASC LIMIT ?;
-- SEARCH experiments USING INDEX experiments_by_name (namespace=?)

SELECT "id", "namespace", "display_name", "description", "created_at", "last_run_created_at", "storage_state", "display_name" AS "sort_value" FROM "experiments" WHERE "namespace" = ? AND ("display_name" >= ? AND ("display_name" > ? OR "id" > ?)) ORDER BY "display_name" ASC, "id" ASC LIMIT ?;
-- SEARCH experiments USING INDEX experiments_by_name (namespace=? AND display_name>?)

SELECT COUNT("id") AS "total" FROM "experiments" WHERE LOWER("display_name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ?;
-- SEARCH experiments USING INDEX experiments_by_creation (namespace=? AND created_at<?)

SELECT "id", "namespace", "display_name", "description", "created_at", "last_run_created_at", "storage_state", "created_at" AS "sort_value" FROM "experiments" WHERE LOWER("display_name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH experiments USING INDEX experiments_by_creation (namespace=? AND created_at<?)


SELECT COUNT("id") AS "total" FROM "artifacts" WHERE "namespace" = ?;
-- SEARCH artifacts USING COVERING INDEX artifacts_by_creation (namespace=?)

SELECT "id", "namespace", "run_id", "task_id", "output", "name", "artifact_type", "uri", "metadata", "created_at", "created_at" AS "sort_value" FROM "artifacts" WHERE "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH artifacts USING INDEX artifacts_by_creation (namespace=?)

SELECT "id", "namespace", "run_id", "task_id", "output", "name", "artifact_type", "uri", "metadata", "created_at", "created_at" AS "sort_value" FROM "artifacts" WHERE "namespace" = ? ORDER BY "created_at" DESC, "id" DESC LIMIT ?;
-- SEARCH artifacts USING INDEX artifacts_by_creation (namespace=?)

SELECT "id", "namespace", "run_id", "task_id", "output", "name", "artifact_type", "uri", "metadata", "created_at", "name" AS "sort_value" FROM "artifacts" WHERE "namespace" = ? ORDER BY "name" ASC, "id" ASC LIMIT ?;
-- SEARCH artifacts USING INDEX artifacts_by_creation (namespace=?); USE TEMP B-TREE FOR ORDER BY

SELECT COUNT("id") AS "total" FROM "artifacts" WHERE LOWER("name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ?;
-- SEARCH artifacts USING INDEX artifacts_by_creation (namespace=? AND created_at<?)

SELECT "id", "namespace", "run_id", "task_id", "output", "name", "artifact_type", "uri", "metadata", "created_at", "created_at" AS "sort_value" FROM "artifacts" WHERE LOWER("name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH artifacts USING INDEX artifacts_by_creation (namespace=? AND created_at<?)


SELECT COUNT("id") AS "total" FROM "pipelines" WHERE "namespace" = ?;
-- SEARCH pipelines USING COVERING INDEX pipelines_by_creation (namespace=?)

SELECT "id", "namespace", "name", "display_name", "description", "created_at", "tags", "created_at" AS "sort_value" FROM "pipelines" WHERE "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH pipelines USING INDEX pipelines_by_creation (namespace=?)

SELECT "id", "namespace", "name", "display_name", "description", "created_at", "tags", "created_at" AS "sort_value" FROM "pipelines" WHERE "namespace" = ? ORDER BY "created_at" DESC, "id" DESC LIMIT ?;
-- SEARCH pipelines USING INDEX pipelines_by_creation (namespace=?)

SELECT "id", "namespace", "name", "display_name", "description", "created_at", "tags", "name" AS "sort_value" FROM "pipelines" WHERE "namespace" = ? ORDER BY "name" ASC, "id" ASC LIMIT ?;
-- SEARCH pipelines USING INDEX pipelines_by_name (namespace=?)

SELECT COUNT("id") AS "total" FROM "pipelines" WHERE LOWER("name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ?;
-- SEARCH pipelines USING INDEX pipelines_by_creation (namespace=? AND created_at<?)

SELECT "id", "namespace", "name", "display_name", "description", "created_at", "tags", "created_at" AS "sort_value" FROM "pipelines" WHERE LOWER("name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH pipelines USING INDEX pipelines_by_creation (namespace=? AND created_at<?)


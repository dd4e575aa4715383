SELECT COUNT("id") AS "total" FROM "pipeline_versions" WHERE "namespace" = ? AND "pipeline_id" = ?;
-- SEARCH pipeline_versions USING COVERING INDEX pipeline_versions_by_creation (namespace=? AND pipeline_id=?)

SELECT "id", "pipeline_id", "name", "display_name", "description", "created_at", "code_source_url", "package_url", "tags", "created_at" AS "sort_value" FROM "pipeline_versions" WHERE "namespace" = ? AND "pipeline_id" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH pipeline_versions USING INDEX pipeline_versions_by_creation (namespace=? AND pipeline_id=?)

SELECT "id", "pipeline_id", "name", "display_name", "description", "created_at", "code_source_url", "package_url", "tags", "created_at" AS "sort_value" FROM "pipeline_versions" WHERE "namespace" = ? AND "pipeline_id" = ? ORDER BY "created_at" DESC, "id" DESC LIMIT ?;
-- SEARCH pipeline_versions USING INDEX pipeline_versions_by_creation (namespace=? AND pipeline_id=?)

SELECT "id", "pipeline_id", "name", "display_name", "description", "created_at", "code_source_url", "package_url", "tags", "name" AS "sort_value" FROM "pipeline_versions" WHERE "namespace" = ? AND "pipeline_id" = ? ORDER BY "name" ASC, "id" ASC LIMIT ?;
-- SEARCH pipeline_versions USING INDEX pipeline_versions_by_name (namespace=? AND pipeline_id=?)

SELECT COUNT("id") AS "total" FROM "pipeline_versions" WHERE LOWER("name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ? AND "pipeline_id" = ?;
-- SEARCH pipeline_versions USING INDEX pipeline_versions_by_creation (namespace=? AND pipeline_id=? AND created_at<?)

SELECT "id", "pipeline_id", "name", "display_name", "description", "created_at", "code_source_url", "package_url", "tags", "created_at" AS "sort_value" FROM "pipeline_versions" WHERE LOWER("name") LIKE ? ESCAPE '!' AND "created_at" < ? AND "namespace" = ? AND "pipeline_id" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH pipeline_versions USING INDEX pipeline_versions_by_creation (namespace=? AND pipeline_id=? AND created_at<?)


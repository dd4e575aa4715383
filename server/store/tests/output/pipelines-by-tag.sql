SELECT COUNT("id") AS "total" FROM "pipelines" WHERE EXISTS(SELECT ? FROM "tags" WHERE "tags"."namespace" = "pipelines"."namespace" AND "tags"."object_id" = "pipelines"."id" AND "tags"."tag_key" = ? AND "tags"."tag_value" = ?) AND "namespace" = ?;
-- SEARCH pipelines USING COVERING INDEX pipelines_by_creation (namespace=?); SEARCH tags EXISTS USING INDEX sqlite_autoindex_tags_1 (namespace=? AND object_id=? AND tag_key=?)

SELECT "id", "namespace", "name", "display_name", "description", "created_at", "tags", "created_at" AS "sort_value" FROM "pipelines" WHERE EXISTS(SELECT ? FROM "tags" WHERE "tags"."namespace" = "pipelines"."namespace" AND "tags"."object_id" = "pipelines"."id" AND "tags"."tag_key" = ? AND "tags"."tag_value" = ?) AND "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH pipelines USING INDEX pipelines_by_creation (namespace=?); SEARCH tags EXISTS USING INDEX sqlite_autoindex_tags_1 (namespace=? AND object_id=? AND tag_key=?)

SELECT "id", "namespace", "name", "display_name", "description", "created_at", "tags", "created_at" AS "sort_value" FROM "pipelines" WHERE EXISTS(SELECT ? FROM "tags" WHERE "tags"."namespace" = "pipelines"."namespace" AND "tags"."object_id" = "pipelines"."id" AND "tags"."tag_key" = ? AND "tags"."tag_value" = ?) AND "namespace" = ? ORDER BY "created_at" DESC, "id" DESC LIMIT ?;
-- SEARCH pipelines USING INDEX pipelines_by_creation (namespace=?); SEARCH tags EXISTS USING INDEX sqlite_autoindex_tags_1 (namespace=? AND object_id=? AND tag_key=?)

SELECT "id", "namespace", "name", "display_name", "description", "created_at", "tags", "name" AS "sort_value" FROM "pipelines" WHERE EXISTS(SELECT ? FROM "tags" WHERE "tags"."namespace" = "pipelines"."namespace" AND "tags"."object_id" = "pipelines"."id" AND "tags"."tag_key" = ? AND "tags"."tag_value" = ?) AND "namespace" = ? ORDER BY "name" ASC, "id" ASC LIMIT ?;
-- SEARCH pipelines USING INDEX pipelines_by_name (namespace=?); SEARCH tags EXISTS USING INDEX sqlite_autoindex_tags_1 (namespace=? AND object_id=? AND tag_key=?)

SELECT COUNT("id") AS "total" FROM "pipelines" WHERE LOWER("name") LIKE ? ESCAPE '!' AND "created_at" < ? AND EXISTS(SELECT ? FROM "tags" WHERE "tags"."namespace" = "pipelines"."namespace" AND "tags"."object_id" = "pipelines"."id" AND "tags"."tag_key" = ? AND "tags"."tag_value" = ?) AND "namespace" = ?;
-- SEARCH pipelines USING INDEX pipelines_by_creation (namespace=? AND created_at<?); SEARCH tags EXISTS USING INDEX sqlite_autoindex_tags_1 (namespace=? AND object_id=? AND tag_key=?)

SELECT "id", "namespace", "name", "display_name", "description", "created_at", "tags", "created_at" AS "sort_value" FROM "pipelines" WHERE LOWER("name") LIKE ? ESCAPE '!' AND "created_at" < ? AND EXISTS(SELECT ? FROM "tags" WHERE "tags"."namespace" = "pipelines"."namespace" AND "tags"."object_id" = "pipelines"."id" AND "tags"."tag_key" = ? AND "tags"."tag_value" = ?) AND "namespace" = ? ORDER BY "created_at" ASC, "id" ASC LIMIT ?;
-- SEARCH pipelines USING INDEX pipelines_by_creation (namespace=? AND created_at<?); SEARCH tags EXISTS USING INDEX sqlite_autoindex_tags_1 (namespace=? AND object_id=? AND tag_key=?)


SELECT COUNT("id") AS "total" FROM "audit" WHERE "namespace" = ?;
-- SEARCH audit USING COVERING INDEX audit_by_time (namespace=?)

SELECT "id", "namespace", "happened_at", "user_name", "via", "peer", "resource", "verb", "object", "outcome", "reason", "happened_at" AS "sort_value" FROM "audit" WHERE "namespace" = ? ORDER BY "happened_at" ASC, "id" ASC LIMIT ?;
-- SEARCH audit USING INDEX audit_by_time (namespace=?)

SELECT "id", "namespace", "happened_at", "user_name", "via", "peer", "resource", "verb", "object", "outcome", "reason", "happened_at" AS "sort_value" FROM "audit" WHERE "namespace" = ? ORDER BY "happened_at" DESC, "id" DESC LIMIT ?;
-- SEARCH audit USING INDEX audit_by_time (namespace=?)

SELECT "id", "namespace", "happened_at", "user_name", "via", "peer", "resource", "verb", "object", "outcome", "reason", "user_name" AS "sort_value" FROM "audit" WHERE "namespace" = ? ORDER BY "user_name" ASC, "id" ASC LIMIT ?;
-- SEARCH audit USING INDEX audit_by_time (namespace=?); USE TEMP B-TREE FOR ORDER BY

SELECT COUNT("id") AS "total" FROM "audit" WHERE LOWER("user_name") LIKE ? ESCAPE '!' AND "happened_at" < ? AND "namespace" = ?;
-- SEARCH audit USING INDEX audit_by_time (namespace=? AND happened_at<?)

SELECT "id", "namespace", "happened_at", "user_name", "via", "peer", "resource", "verb", "object", "outcome", "reason", "happened_at" AS "sort_value" FROM "audit" WHERE LOWER("user_name") LIKE ? ESCAPE '!' AND "happened_at" < ? AND "namespace" = ? ORDER BY "happened_at" ASC, "id" ASC LIMIT ?;
-- SEARCH audit USING INDEX audit_by_time (namespace=? AND happened_at<?)


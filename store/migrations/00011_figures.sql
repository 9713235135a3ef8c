-- +goose Up
-- Counts by day, kept in the transaction of the change and split into shards as day_counts. day is the number of days
-- since 1970-01-01, Asia/Shanghai. A figure is a name of flows.Figure: nothing personal.
CREATE TABLE day_figures (
    tenant_key TEXT   NOT NULL,
    day        BIGINT NOT NULL,
    figure     TEXT   NOT NULL,
    shard      BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    PRIMARY KEY (tenant_key, day, figure, shard)
);

-- What is on record of the ends before: the outcome is part of the case.
INSERT INTO day_figures (tenant_key, day, figure, shard, n)
SELECT tenant_key, day, figure, 0, count(*)
FROM (
    SELECT tenant_key, (entered_ms + 28800000) / 86400000 AS day,
           CASE WHEN state = 'expired' AND data LIKE '%"outcome":"hr_delay"%' THEN 'end/hr_delay'
                WHEN state = 'rejected' AND data LIKE '%"outcome":"closed"%' THEN 'end/closed'
                ELSE 'end/' || state END AS figure
    FROM cases
    WHERE state IN ('on_file', 'rejected', 'declined', 'withdrawn', 'expired')
) AS ended
GROUP BY tenant_key, day, figure;

-- The times from start to end, rounded as flows.RoundSpan does.
INSERT INTO day_figures (tenant_key, day, figure, shard, n)
SELECT tenant_key, day, 'span/to_done/' || seconds, 0, count(*)
FROM (
    SELECT tenant_key, (done_ms + 28800000) / 86400000 AS day,
           CASE WHEN ms <= 0 THEN 0
                WHEN ms < 60000 THEN (ms + 999) / 1000
                WHEN ms < 7200000 THEN (ms + 30000) / 60000 * 60
                WHEN ms < 259200000 THEN (ms + 1800000) / 3600000 * 3600
                ELSE (ms + 43200000) / 86400000 * 86400 END AS seconds
    FROM (SELECT tenant_key, done_ms, done_ms - created_ms AS ms FROM cases WHERE done_ms > 0) AS spans
) AS rounded
GROUP BY tenant_key, day, seconds;

-- The department of the applicant, '' if it is not known or was deleted with the case's fields.
ALTER TABLE cases ADD COLUMN department TEXT NOT NULL DEFAULT '';

-- The worst finding of a case that waits for HR: it was part of data alone.
ALTER TABLE cases ADD COLUMN risk TEXT NOT NULL DEFAULT '';
UPDATE cases
SET risk = CASE WHEN data LIKE '%"risk":"passed"%' THEN 'passed'
                WHEN data LIKE '%"risk":"warning"%' THEN 'warning'
                WHEN data LIKE '%"risk":"failed"%' THEN 'failed'
                WHEN data LIKE '%"risk":"not_examined"%' THEN 'not_examined'
                ELSE '' END
WHERE state IN ('awaiting_review', 'needs_attention');
CREATE INDEX cases_waiting ON cases (tenant_key, state, risk) WHERE state IN ('awaiting_review', 'needs_attention');

CREATE TABLE departments (
    tenant_key TEXT NOT NULL,
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    PRIMARY KEY (tenant_key, id)
);

-- Cases of each department that are open (open = 1) or done (open = 0).
CREATE TABLE department_counts (
    tenant_key TEXT   NOT NULL,
    department TEXT   NOT NULL,
    open       BIGINT NOT NULL,
    shard      BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    PRIMARY KEY (tenant_key, department, open, shard)
);

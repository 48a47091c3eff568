-- Plans, what people said about them, and runs. Times are Unix seconds of the operations host.

-- `text`: the plan in its one form, whose SHA-256 is `hash`.
CREATE TABLE plan (
    hash TEXT PRIMARY KEY,
    town TEXT NOT NULL,
    purpose TEXT NOT NULL,
    made REAL NOT NULL,
    valid_until REAL NOT NULL,
    text TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX plan_of_town ON plan (town, made);

-- `holder`: of access.yml; `signature`: as it was given, looked at anew whenever it is used.
CREATE TABLE approval (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    plan TEXT NOT NULL REFERENCES plan (hash) ON DELETE CASCADE,
    holder TEXT NOT NULL,
    signature TEXT NOT NULL,
    at REAL NOT NULL,
    UNIQUE (plan, holder)
);

-- Facts alone: where a run stands is said by its entries. `until`: when it was expected to end.
-- `servers`: all servers of the town that held its lock when it was opened, JSON; the first one keeps its journal, too.
-- `pause`: when a person asked it to pause, NULL else.
CREATE TABLE run (
    id TEXT PRIMARY KEY,
    town TEXT NOT NULL,
    plan TEXT NOT NULL REFERENCES plan (hash),
    opened REAL NOT NULL,
    until REAL NOT NULL,
    who TEXT NOT NULL,
    host TEXT NOT NULL,
    why TEXT NOT NULL,
    permit TEXT NOT NULL,
    servers TEXT NOT NULL,
    pause REAL
) WITHOUT ROWID;
CREATE INDEX run_of_town ON run (town, opened);

-- The journal: `line` is the very text that also lies on the lock server. `number` counts from 0 without a gap.
CREATE TABLE entry (
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;

-- What the jobs said: cleaned, without secrets, the end of each stream.
CREATE TABLE output (
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    job TEXT NOT NULL,
    at REAL NOT NULL,
    out TEXT NOT NULL,
    err TEXT NOT NULL,
    PRIMARY KEY (run, job)
) WITHOUT ROWID;

-- Which run has a town, as far as this operations host knows; the servers of the town hold the same.
CREATE TABLE town_lock (
    town TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    token INTEGER NOT NULL,
    who TEXT NOT NULL,
    host TEXT NOT NULL,
    purpose TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL NOT NULL
) WITHOUT ROWID;

-- What an abandoned run left on the servers. `gone`: when it was seen to be there no more.
CREATE TABLE leftover (
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    town TEXT NOT NULL,
    server TEXT NOT NULL,
    kind TEXT NOT NULL,
    said TEXT NOT NULL,
    seen REAL NOT NULL,
    gone REAL,
    PRIMARY KEY (run, server, kind)
) WITHOUT ROWID;
CREATE INDEX leftover_of_town ON leftover (town) WHERE gone IS NULL;

-- What looks leave behind. Times are Unix seconds of the operations host; texts and figures are JSON.

CREATE TABLE town (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    release TEXT NOT NULL,
    ring INTEGER NOT NULL,
    windows TEXT NOT NULL,
    availability TEXT NOT NULL,
    contacts TEXT NOT NULL,
    servers TEXT NOT NULL,
    looked REAL
) WITHOUT ROWID;

CREATE TABLE sweep (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    whole INTEGER NOT NULL,
    began REAL NOT NULL,
    ended REAL,
    host TEXT NOT NULL,
    commit_ TEXT NOT NULL,
    servers INTEGER NOT NULL,
    looked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX sweep_began ON sweep (began);

CREATE TABLE missed (
    sweep INTEGER NOT NULL REFERENCES sweep (id) ON DELETE CASCADE,
    town TEXT NOT NULL,
    server TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (sweep, town, server)
) WITHOUT ROWID;

-- A row without `opened` is a candidate: bad, but not yet often enough.
-- `bad`, `good`: looks in a row; `unclear`: looks in a row that could not tell whether a candidate is still bad.
-- `told`: the verdict with which it was last told as news, NULL if it never was (a candidate, a mere consequence).
CREATE TABLE finding (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    town TEXT NOT NULL,
    server TEXT NOT NULL,
    check_ TEXT NOT NULL,
    subject TEXT NOT NULL,
    owner TEXT NOT NULL,
    verdict TEXT NOT NULL,
    began REAL NOT NULL,
    opened REAL,
    seen REAL NOT NULL,
    unsure REAL,
    ended REAL,
    how TEXT,
    bad INTEGER NOT NULL,
    good INTEGER NOT NULL,
    unclear INTEGER NOT NULL,
    told TEXT,
    cause TEXT,
    text TEXT NOT NULL,
    figures TEXT NOT NULL,
    ack_who TEXT,
    ack_why TEXT,
    ack_at REAL,
    ack_until REAL
);
CREATE UNIQUE INDEX finding_current ON finding (town, server, check_, subject) WHERE ended IS NULL;
CREATE INDEX finding_ended ON finding (town, ended) WHERE ended IS NOT NULL;

CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    finding INTEGER NOT NULL REFERENCES finding (id) ON DELETE CASCADE
);
CREATE INDEX change_at ON change (at);
CREATE INDEX change_finding ON change (finding);

-- Results as intervals: as long as a subject is judged alike its row only gets longer. `ongoing`: the newest of them.
CREATE TABLE state (
    id INTEGER PRIMARY KEY,
    town TEXT NOT NULL,
    server TEXT NOT NULL,
    check_ TEXT NOT NULL,
    subject TEXT NOT NULL,
    verdict TEXT NOT NULL,
    waits INTEGER NOT NULL,
    owner TEXT NOT NULL,
    said TEXT NOT NULL,
    text TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL NOT NULL,
    looks INTEGER NOT NULL,
    ongoing INTEGER NOT NULL
);
CREATE UNIQUE INDEX state_ongoing ON state (town, server, check_, subject) WHERE ongoing;
CREATE INDEX state_of_check ON state (town, check_, until);

CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    town TEXT NOT NULL,
    server TEXT NOT NULL,
    check_ TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (town, server, check_, subject, name)
);

CREATE TABLE figure (
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    at REAL NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (series, at)
) WITHOUT ROWID;

-- `day`: days since 0001-01-01 counted as 1, in the time zone of the town.
CREATE TABLE daily (
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    total REAL NOT NULL,
    looks INTEGER NOT NULL,
    last REAL NOT NULL,
    PRIMARY KEY (series, day)
) WITHOUT ROWID;

-- What is said to people. Times are Unix seconds of the operations host.

-- Which time a digest covered. `recipient`: a town, '' for the centre. `night`: the day on which it was made.
CREATE TABLE digest (
    recipient TEXT NOT NULL,
    night TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (recipient, night)
) WITHOUT ROWID;

-- `way`: mail or hook. `state`: waiting, sent, given up, dropped. `next`: when it is tried again.
-- `lease`: until when the one who took it may work on it. `content` is emptied when there is nothing left to do.
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    way TEXT NOT NULL,
    recipient TEXT NOT NULL,
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    content BLOB,
    made REAL NOT NULL,
    next REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    lease REAL NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    ended REAL,
    why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX message_waiting ON message (id) WHERE state = 'waiting';
CREATE INDEX message_made ON message (made);

-- A critical finding that is to be told to somebody, not before `due`. `whom`: centre, local-it, hook.
-- `dropped`: when it turned out that there was nothing to tell any more.
CREATE TABLE alarm (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    finding INTEGER NOT NULL,
    at REAL NOT NULL,
    town TEXT NOT NULL,
    whom TEXT NOT NULL,
    due REAL NOT NULL,
    message INTEGER REFERENCES message (id) ON DELETE SET NULL,
    dropped REAL,
    UNIQUE (finding, at, whom)
);
CREATE INDEX alarm_waiting ON alarm (due) WHERE message IS NULL AND dropped IS NULL;
CREATE INDEX alarm_message ON alarm (message);

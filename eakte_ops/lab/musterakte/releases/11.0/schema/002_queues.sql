-- Work that waits for the services, and the state of the full text (times in MINUTES since 1970).
CREATE TABLE oscpmqueue (
    messageguid  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    queuename    text NOT NULL,
    osid         integer NOT NULL,
    ostype       integer NOT NULL DEFAULT 131072,
    created      timestamptz NOT NULL DEFAULT now(),
    lock_service text,
    checkguid    uuid NOT NULL DEFAULT gen_random_uuid()
);
CREATE INDEX oscpmqueue_newest ON oscpmqueue (queuename, created DESC);
CREATE TABLE osftslog (
    object_id integer PRIMARY KEY,
    date1     integer NOT NULL,
    date2     integer,
    flag2     integer NOT NULL DEFAULT 0
);

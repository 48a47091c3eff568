-- Documents: the record here, the pages as files in the document area.
CREATE TABLE osmaintenance (
    osmaintguid uuid PRIMARY KEY,
    description text NOT NULL UNIQUE,
    osverguid   uuid NOT NULL,
    release     text NOT NULL,
    applied     timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE oslicense (
    licence_guid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    release      text NOT NULL UNIQUE,
    entered      timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE osobject (
    object_id   serial PRIMARY KEY,
    object_type integer NOT NULL DEFAULT 131072,
    osguid      uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    title       text NOT NULL,
    created     timestamptz NOT NULL DEFAULT now(),
    pages       integer NOT NULL
);
CREATE TABLE osdochash (
    object_id        integer PRIMARY KEY REFERENCES osobject ON DELETE CASCADE,
    object_type      integer NOT NULL,
    osguid           uuid NOT NULL,
    oshash           char(64) NOT NULL,
    ossignature      text,
    last_check_time  timestamptz,
    last_check_state smallint NOT NULL DEFAULT 0,
    oshashdia        char(64)
);

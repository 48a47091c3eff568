-- What the night compares: until when the licence is valid, and up to where numbers were given to documents.
ALTER TABLE oslicense ADD COLUMN valid_until date NOT NULL DEFAULT current_date + 365;
GRANT SELECT ON SEQUENCE osobject_object_id_seq TO eakte_look;

-- What the night account may read: states and times, never a title and never a page.
GRANT SELECT (object_id, object_type, osguid, created, pages) ON osobject TO eakte_look;
GRANT SELECT ON osdochash, oscpmqueue, osftslog, osmaintenance, oslicense TO eakte_look;

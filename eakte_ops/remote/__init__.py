"""Reaches servers: connection, dialects, the framed exchange, the fleet."""

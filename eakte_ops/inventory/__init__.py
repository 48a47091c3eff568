"""Towns, servers, windows, contacts: read strictly, with line and column."""

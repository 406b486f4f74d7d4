"""The tape, looked at: recorded from a function, printed as a table, drawn as a graph, written out as source."""

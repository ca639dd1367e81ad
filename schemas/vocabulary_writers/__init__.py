"""One writer per kind of derived file; each turns a Vocabulary into text."""

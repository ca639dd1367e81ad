// Exports nothing.
int nothingToSee() { return 0; }

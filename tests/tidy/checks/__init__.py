"""Each module holds one check: `check(tree)` yields findings, one line of text each. No finding, and the check passes."""

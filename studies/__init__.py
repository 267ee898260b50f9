"""What we conclude: runs, comparisons, solutions, and their files and drawings."""

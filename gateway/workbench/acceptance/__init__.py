"""Joint testing (联调): the agreed test cases run against the other side's test address, and a report of it."""

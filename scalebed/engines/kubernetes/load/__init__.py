"""Load by TestRuns of the k6-operator, and its runners' lines as one generator's."""

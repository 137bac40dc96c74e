"""What people read of a plan: the dispatch list, what changes on it, what is missing, drift, and two plans compared."""

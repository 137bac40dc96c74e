"""Search for better plans: dispatch rules, annealing, CP-SAT; the incumbent is ours."""

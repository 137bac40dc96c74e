"""The eight rules of a feasible plan, one module each: from a plan beside its plant to the breaches, in words."""

"""How each kind of event changes a plant: pure functions from a state to the next."""

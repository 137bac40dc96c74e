"""A simulated shop floor: what really happens to a plant, whoever decides what each machine does next."""

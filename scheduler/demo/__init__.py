"""A simulated shop floor that knows the product only through its HTTP contract, as a MES would."""

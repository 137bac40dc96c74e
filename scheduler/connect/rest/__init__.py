"""One adapter for every system with a REST or OData interface; what a system is like stands in a data file."""

"""From signal to event: what a machine's tags say, taken through rules until it is worth an event. Pure."""

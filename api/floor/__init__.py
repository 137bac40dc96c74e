"""The terminal page of a machine: what a browser loads, kept as plain files beside this one."""

"""ISA-95 documents: B2MML 7.0.0 out of a plant and into events. B2MML is used courtesy of MESA International."""

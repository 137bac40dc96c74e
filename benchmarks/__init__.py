"""What the product can do, measured: plans (`benchmarks.plans`) and events over HTTP (`benchmarks.events`)."""

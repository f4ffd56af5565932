"""The imperative shell: each service has `tick()`, which does what is due."""

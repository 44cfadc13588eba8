"""Commands in modules of their own: each has `register(app)`, which `coder.cli` calls."""

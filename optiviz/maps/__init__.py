"""Many runs at once: how a rule fares over its settings, its rates and its starts."""

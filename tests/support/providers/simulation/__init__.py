"""Strict simulators of the providers that Belfry speaks to; `../simulator --help` says how to run them."""

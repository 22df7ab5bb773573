"""The linter itself: files that it cannot read, suppressions without a reason or a use."""

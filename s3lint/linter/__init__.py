"""One file: prefilter, checker, findings, the policy that decides what is reported, and rounds of fixes."""

"""Placement: what belongs in S3, and what in DynamoDB."""

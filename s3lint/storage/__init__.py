"""Knowledge of S3, DynamoDB and Delta Lake: addresses, media types, table formats, SQL, the services' own tables."""

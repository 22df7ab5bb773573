"""Knowledge of S3, DynamoDB and Delta Lake: URIs, media types, table formats, SQL, and the operations of the services as data.

Imports the values of `inference`, and layers below.
"""
